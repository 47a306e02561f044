package dev.gossamer.node.cli.chaos.check;

/** The promises of contract.md that a history can prove broken. */
public enum Promise {
    C2("no acknowledged write is lost"),
    C3("one client sees its own writes and never goes back"),
    C4("a read is as fresh as it had to be, and as it says"),
    C5("LATEST is linearizable per key"),
    C8("nothing removed comes back"),
    C14("a value comes from a write that was not refused");

    private final String sentence;

    Promise(String sentence) {
        this.sentence = sentence;
    }

    /** What it says, in a few words. */
    public String sentence() {
        return sentence;
    }
}
