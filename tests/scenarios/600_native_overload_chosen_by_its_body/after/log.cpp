#include <string>

class Log {
public:
    void push(int x) noexcept;
    void push(const std::string& s);
};

void Log::push(int amount) {
    total += amount;
}

void Log::push(const std::string &s) {
    lines.push_back(s);
    flush();
}
