import Foundation
import UIKit

let tax = 0.19

/// A basket.
@MainActor
public final class Cart<T>: Base, Priced {
    // The lines.
    private(set) var lines: [T] = []
    static let limit = 100

    var count: Int {
        return lines.count
    }

    init(lines: [T]) {
        self.lines = lines
    }

    deinit {
        print("gone")
    }

    @discardableResult
    func total(tax: Double = 0) -> Double {
        func local() -> Int { return 1 }
        return 1
    }

    subscript(i: Int) -> T {
        lines[i]
    }

    enum Kind: String {
        case small
        case large = "L"
    }

    func added() {}
}

protocol Priced {
    associatedtype Item
    var price: Double { get }
    func total(tax: Double) -> Double
}

struct Point: Equatable {
    let x, y: Int
    static func + (a: Point, b: Point) -> Point { a }
}

extension Cart: CustomStringConvertible where T: Equatable {
    var description: String { "cart" }
}

extension Cart {
    func isEmpty() -> Bool { lines.isEmpty }
    var x: Int { 1 }
}

typealias Lines = [Int]

actor Store {
    func put() async throws {}
}

func helper<T>(_ a: T) -> T {
    a
}
