package dev.gossamer.client.near;

import java.util.List;

/**
 * What makes a copy safe to use, left out: for a test of what notices that, and for nothing else.
 * So it is no setting but a property of the virtual machine, the one that nodes heed as well.
 */
final class Unchecked {
    /** Names what is left out, with commas between. */
    private static final String LEFT_OUT = "gossamer.test.near.unchecked";

    private Unchecked() {}

    /** Whether copies are used however long ago they were last proved to be current. */
    static boolean watermarks() {
        return List.of(System.getProperty(LEFT_OUT, "").split(",")).contains("watermark");
    }
}
