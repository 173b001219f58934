import os

API = "a"


def fetch(url):
    return get(url)


def main():
    save(fetch(API))


if __name__ == "__main__":
    main()
