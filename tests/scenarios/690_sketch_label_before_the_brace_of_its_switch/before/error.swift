extension APIError: LocalizedError {
    var errorDescription: String? {
        switch self {
        case .badURL:
            return "The URL is invalid."
        case .decoding:
            return "The answer could not be read."
        }
    }
}
