public class Paths
{
  static int count = 0;

  static String join(String a, String b)
  {
    return a + SEPARATOR + b;
  }
  
  static String twice(String a)
  {
    return join(a, a);
  }
}
