struct User: Codable {
    let id: Int
    var name: String
    var email: String?
}
