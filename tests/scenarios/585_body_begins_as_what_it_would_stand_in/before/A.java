@Service
public class A {
  int run() {
    return 1;
  }
}
