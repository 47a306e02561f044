package dev.gossamer.node.edge.admin;

import java.time.Duration;
import java.util.Optional;

/**
 * What the admin port needs to know.
 *
 * @param host the address to bind; whoever binds more than loopback without a password must have
 *     been told so by {@code security.mode: open}, which the configuration checks
 * @param port the port to bind; 0 takes any free one
 * @param password what {@code Authorization} must carry on all but the health routes; empty for
 *     none
 * @param keyBytesMax the longest key that a request may name; also bounds the request line, for a
 *     byte of a key takes up to three characters there
 * @param valueBytesMax the longest value that a request may store
 * @param bodyBytesInFlightMax the most bytes of values, coming and going, that all requests
 *     together may hold; a request over it is answered BUSY. At least {@code valueBytesMax}
 * @param headerBytesMax the most bytes that a request's headers may have together
 * @param connectionsMax a connection over this many is closed at once
 * @param patience how long a connection may take from its opening, or from its last answer, to the
 *     end of its next answer; then it is closed. Covers idle connections, and clients that send or
 *     read slowly
 */
public record AdminSettings(
        String host,
        int port,
        Optional<String> password,
        int keyBytesMax,
        int valueBytesMax,
        long bodyBytesInFlightMax,
        int headerBytesMax,
        int connectionsMax,
        Duration patience) {
    /**
     * Loopback, port 7579, no password, keys to 64 KiB, values to 16 MiB, 64 MiB of values in
     * flight, 16 KiB of headers, 256 connections, one minute of patience.
     */
    public static final AdminSettings DEFAULT =
            new AdminSettings(
                    "127.0.0.1",
                    7579,
                    Optional.empty(),
                    64 << 10,
                    16 << 20,
                    64L << 20,
                    16 << 10,
                    256,
                    Duration.ofMinutes(1));

    public AdminSettings {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("the admin port's host is empty");
        }
        if (password.isPresent() && password.get().isEmpty()) {
            throw new IllegalArgumentException("the admin port's password is empty");
        }
        within("port", port, 0, 65_535);
        within("keyBytesMax", keyBytesMax, 1, 1 << 20);
        within("valueBytesMax", valueBytesMax, 1, 512 << 20);
        within("bodyBytesInFlightMax", bodyBytesInFlightMax, valueBytesMax, Long.MAX_VALUE);
        within("headerBytesMax", headerBytesMax, 1 << 10, 1 << 20);
        within("connectionsMax", connectionsMax, 1, 65_535);
        within("patience in milliseconds", patience.toMillis(), 10, 86_400_000);
    }

    private static void within(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    what + " " + value + " is outside [" + least + ", " + most + "]");
        }
    }

    public AdminSettings withAddress(String newHost, int newPort) {
        return new AdminSettings(
                newHost,
                newPort,
                password,
                keyBytesMax,
                valueBytesMax,
                bodyBytesInFlightMax,
                headerBytesMax,
                connectionsMax,
                patience);
    }

    public AdminSettings withPassword(Optional<String> newPassword) {
        return new AdminSettings(
                host,
                port,
                newPassword,
                keyBytesMax,
                valueBytesMax,
                bodyBytesInFlightMax,
                headerBytesMax,
                connectionsMax,
                patience);
    }

    public AdminSettings withLimits(int newKeyBytesMax, int newValueBytesMax) {
        return new AdminSettings(
                host,
                port,
                password,
                newKeyBytesMax,
                newValueBytesMax,
                Math.max(bodyBytesInFlightMax, newValueBytesMax),
                headerBytesMax,
                connectionsMax,
                patience);
    }

    /** The longest request line: a key, each byte of it percent-encoded, and the rest of a path. */
    int requestLineBytesMax() {
        return 3 * keyBytesMax + 1024;
    }

    /** All fields but the password's value. */
    @Override
    public String toString() {
        return "AdminSettings["
                + host
                + ":"
                + port
                + (password.isPresent() ? ", with a password" : ", without a password")
                + ", keyBytesMax="
                + keyBytesMax
                + ", valueBytesMax="
                + valueBytesMax
                + ", bodyBytesInFlightMax="
                + bodyBytesInFlightMax
                + ", headerBytesMax="
                + headerBytesMax
                + ", connectionsMax="
                + connectionsMax
                + ", patience="
                + patience
                + "]";
    }
}
