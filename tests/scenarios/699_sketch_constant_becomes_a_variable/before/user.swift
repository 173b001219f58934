struct User: Codable {
    let id: Int
    let name: String
    var email: String?
}
