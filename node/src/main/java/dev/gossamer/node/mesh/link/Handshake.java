package dev.gossamer.node.mesh.link;

import dev.gossamer.protocol.MemberId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How two members make sure of each other before any entry travels: each proves by HMAC-SHA256 over
 * both nonces, both ids and the cluster's name that it has the shared password, without sending it.
 * Without a password the proof still binds the name and the ids, so that a member of another
 * cluster, or another member on a port that changed hands, is refused.
 *
 * <pre>
 * connecting side                     listening side
 *   HELLO(protocol, cluster, id, epoch, nonce) →
 *                  ← CHALLENGE(id, nonce, proof)
 *   PROOF(proof) →
 *                  ← WELCOME, or REFUSED(why) at any step, and the connection ends
 * </pre>
 */
final class Handshake {
    /** Grows with every change of the frames' layout. */
    static final int PROTOCOL = 6;

    static final int FRAME_BYTES_MAX = 1024;
    static final int HELLO = 100;
    static final int CHALLENGE = 101;
    static final int PROOF = 102;
    static final int WELCOME = 103;
    static final int REFUSED = 104;
    private static final int NONCE_BYTES = 16;

    /** Nonces must be beyond guessing, so they come from the system and not from a seed. */
    private static final SecureRandom NONCES = new SecureRandom();

    private final LinkSettings settings;

    Handshake(LinkSettings settings) {
        this.settings = settings;
    }

    /** The connecting side's first words. */
    record Hello(int protocol, String cluster, MemberId member, long epoch, byte[] nonce) {
        ByteBuf encode() {
            ByteBuf out = Unpooled.buffer(64 + cluster.length());
            out.writeByte(HELLO).writeInt(protocol);
            Wire.writeText(out, cluster);
            out.writeLong(member.value()).writeLong(epoch);
            Wire.writeBytes(out, nonce);
            return out;
        }

        static Hello read(ByteBuf in) {
            return new Hello(
                    in.readInt(),
                    Wire.readText(in),
                    new MemberId(in.readLong()),
                    in.readLong(),
                    Wire.readBytes(in));
        }
    }

    /** The listening side's answer, with its own proof. */
    record Challenge(MemberId member, byte[] nonce, byte[] proof) {
        ByteBuf encode() {
            ByteBuf out = Unpooled.buffer(96);
            out.writeByte(CHALLENGE).writeLong(member.value());
            Wire.writeBytes(out, nonce);
            Wire.writeBytes(out, proof);
            return out;
        }

        static Challenge read(ByteBuf in) {
            return new Challenge(
                    new MemberId(in.readLong()), Wire.readBytes(in), Wire.readBytes(in));
        }
    }

    static byte[] newNonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        NONCES.nextBytes(nonce);
        return nonce;
    }

    static ByteBuf proofFrame(byte[] proof) {
        ByteBuf out = Unpooled.buffer(64);
        out.writeByte(PROOF);
        Wire.writeBytes(out, proof);
        return out;
    }

    static ByteBuf refusedFrame(String why) {
        ByteBuf out = Unpooled.buffer(128);
        Wire.writeText(out.writeByte(REFUSED), why);
        return out;
    }

    Hello hello(MemberId self, long epoch, byte[] nonce) {
        return new Hello(PROTOCOL, settings.clusterName(), self, epoch, nonce);
    }

    /** What both sides sign; the role keeps one side's proof from serving as the other's. */
    byte[] proof(String role, Hello hello, MemberId server, byte[] serverNonce) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            String secret = "gossamer link " + settings.password().orElse("");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update(role.getBytes(StandardCharsets.UTF_8));
            mac.update(hello.cluster().getBytes(StandardCharsets.UTF_8));
            ByteBuffer ids = ByteBuffer.allocate(2 * Long.BYTES);
            mac.update(ids.putLong(hello.member().value()).putLong(server.value()).array());
            mac.update(hello.nonce());
            return mac.doFinal(serverNonce);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    /** In constant time. */
    static boolean same(byte[] proof, byte[] other) {
        return MessageDigest.isEqual(proof, other);
    }

    /** Why the listening side sends the connecting one away, or an empty text. */
    String objection(Hello hello) {
        if (hello.protocol() != PROTOCOL) {
            return "link protocol " + hello.protocol() + ", here " + PROTOCOL;
        }
        if (!hello.cluster().equals(settings.clusterName())) {
            return "a member of another cluster";
        }
        return hello.nonce().length == NONCE_BYTES ? "" : "a nonce of the wrong length";
    }
}
