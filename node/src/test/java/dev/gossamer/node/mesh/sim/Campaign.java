package dev.gossamer.node.mesh.sim;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

final class Campaign {
    public static void main(String[] args) {
        long first = Long.parseLong(args[0]);
        long last = Long.parseLong(args[1]);
        Set<Faults.Kind> kinds = EnumSet.noneOf(Faults.Kind.class);
        if (args.length > 2 && args[2].equals("ALL")) kinds = EnumSet.allOf(Faults.Kind.class);
        else for (int i = 2; i < args.length; i++) kinds.add(Faults.Kind.valueOf(args[i]));
        Map<String, Integer> outcomes = new TreeMap<>();
        for (long seed = first; seed <= last; seed++) {
            long begun =
                    java.lang.management.ManagementFactory.getThreadMXBean()
                            .getCurrentThreadCpuTime();
            String out = "ok";
            Simulation s =
                    Simulation.drawn(
                            seed, kinds, Bugs.Bug.valueOf(System.getProperty("bug", "NONE")));
            try {
                s.run();
            } catch (AssertionError e) {
                String m = e.getMessage();
                out =
                        m.substring(m.indexOf(": ") + 2, m.indexOf('\n'))
                                .replaceAll("(strict:|k)[0-9]+", "KEY");
                if (out.length() > 90) out = out.substring(0, 90);
                if (first == last) {
                    System.out.println(m);
                    java.io.StringWriter w = new java.io.StringWriter();
                    e.printStackTrace(new java.io.PrintWriter(w));
                    String t = w.toString();
                    System.out.println(t.substring(Math.max(0, t.length() - 3000)));
                }
            }
            outcomes.merge(out, 1, Integer::sum);
            if (Boolean.getBoolean("first") && !out.equals("ok")) { System.out.printf("%d x calls: %s%n", seed, out); return; }
            if (Boolean.getBoolean("v"))
                System.out.printf(
                        "%d %d ms calls %d: %s%n",
                        seed,
                        (java.lang.management.ManagementFactory.getThreadMXBean()
                                                .getCurrentThreadCpuTime()
                                        - begun)
                                / 1000000,
                        s.history().size(),
                        out);
        }
        outcomes.forEach((k, v) -> System.out.println(v + "  " + k));
    }
}
