def setup():
    parser.add_argument("--a", help="a")
    parser.add_argument("--b", help="the b")
    return parser
