#include <string>

class Log {
public:
    void push(int x);
    void push(const std::string& s);
};

void Log::push(int x) {
    total += x;
}

void Log::push(const std::string& s) {
    lines.push_back(s);
}
