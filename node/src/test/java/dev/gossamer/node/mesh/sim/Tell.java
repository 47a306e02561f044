package dev.gossamer.node.mesh.sim;
import java.nio.file.*;
final class Tell { public static void main(String[] a) throws Exception {
 var m = ScenarioTest.class.getDeclaredMethod("retell", String.class, Scenario.class); m.setAccessible(true);
 for (int i = 1; i < a.length; i++) { String told = Files.readString(Path.of(a[i])); 
  for (long seed = 1; seed <= Long.parseLong(a[0]); seed++) { Scenario s = new Scenario(seed); String r = (String) m.invoke(null, told, s);
   System.out.println("== " + Path.of(a[i]).getFileName() + " seed " + seed + (r.equals(told) ? " same" : "\n" + r)); if (Boolean.getBoolean("trace")) System.out.println(s.trace()); if (seed == 1 && Boolean.getBoolean("update")) { Files.writeString(Path.of(a[i]), r); told = r; } } } } }
