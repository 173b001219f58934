import os

API = "a"


def fetch(url, retries=3):
    return get(url)


def main():
    save(fetch(API, retries=5))


if __name__ == "__main__":
    main()
