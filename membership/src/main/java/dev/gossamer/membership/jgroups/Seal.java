package dev.gossamer.membership.jgroups;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.Message;
import org.jgroups.stack.Protocol;
import org.jgroups.util.ByteArray;
import org.jgroups.util.FastArray;
import org.jgroups.util.MessageBatch;
import org.jgroups.util.UUID;
import org.jgroups.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * Seals every message between members, headers and all, with a key that only those have who know
 * the mesh's password: right above the transport, so that a stranger does not even find the mesh.
 *
 * <p>JGroups' own SYM_ENCRYPT leaves headers in the clear and lets a message without payload pass
 * when it carries the digest of the key, which stands in every other message; a join request is
 * such a message. So this seals the whole message instead.
 *
 * <p><b>How.</b> The password becomes a key by PBKDF2 with the mesh's name as salt. Each run of a
 * member seals with a key of its own, HMAC-SHA256 of its address under that key, by AES-GCM with a
 * counter as nonce (NIST SP 800-38D, 8.2.1), so no nonce is ever used twice and a message that
 * names another sender than its sealer does not open. What it does not do: forget old keys, or
 * refuse a whole message that is replayed; the sequence numbers above refuse most of those.
 *
 * <p><b>Cost.</b> A few microseconds and 28 bytes a message.
 */
final class Seal extends Protocol {
    private static final int ITERATIONS = 210_000;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    /** More than the members and joiners that are around at once; beyond it keys are made anew. */
    private static final int KEYS_MAX = 4_096;

    private final SecretKeySpec meshKey;
    private final Map<Address, SecretKeySpec> keys = new ConcurrentHashMap<>();
    private final AtomicLong counter = new AtomicLong();
    private final LongAdder refused = new LongAdder();

    Seal(String clusterName, String password) {
        this.meshKey = meshKey(clusterName, password);
    }

    /** Messages that did not open: strangers, other passwords, damage. */
    long refused() {
        return refused.sum();
    }

    private static SecretKeySpec meshKey(String clusterName, String password) {
        byte[] salt = ("gossamer mesh " + clusterName).getBytes(StandardCharsets.UTF_8);
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, ITERATIONS, 256);
        try {
            SecretKeyFactory factory = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256");
            return new SecretKeySpec(factory.generateSecret(spec).getEncoded(), "HmacSHA256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no PBKDF2WithHmacSHA256", e);
        } finally {
            spec.clearPassword();
        }
    }

    @Override
    public @Nullable Object down(Message message) {
        if (message.getSrc() == null) {
            message.setSrc(local_addr);
        }
        try {
            return down_prot.down(seal(message));
        } catch (Exception e) { // JGroups' marshalling declares no narrower type
            log.error("%s: a message could not be sealed and is dropped: %s", local_addr, e);
            return null;
        }
    }

    @Override
    public @Nullable Object up(Message message) {
        Message opened = openOrNull(message);
        return opened == null ? null : up_prot.up(opened);
    }

    @Override
    public void up(MessageBatch batch) {
        FastArray<Message>.FastIterator messages =
                (FastArray<Message>.FastIterator) batch.iterator();
        while (messages.hasNext()) {
            Message opened = openOrNull(messages.next());
            if (opened == null) {
                messages.remove();
            } else {
                messages.replace(opened);
            }
        }
        if (!batch.isEmpty()) {
            up_prot.up(batch);
        }
    }

    private Message seal(Message message) throws Exception {
        ByteArray plain = Util.messageToBuffer(message);
        ByteBuffer sealed = ByteBuffer.allocate(NONCE_BYTES + plain.getLength() + TAG_BITS / 8);
        sealed.putInt(0).putLong(counter.incrementAndGet());
        Cipher cipher = cipher(Cipher.ENCRYPT_MODE, message.getSrc(), sealed.array());
        cipher.doFinal(
                plain.getArray(),
                plain.getOffset(),
                plain.getLength(),
                sealed.array(),
                NONCE_BYTES);
        return new BytesMessage(message.getDest())
                .setSrc(message.getSrc())
                .setArray(sealed.array())
                .setFlag(message.getFlags(false), false)
                .setFlag(message.getFlags(true), true);
    }

    private @Nullable Message openOrNull(Message message) {
        try {
            Message opened = open(message);
            if (Objects.equals(opened.getSrc(), message.getSrc())) {
                return opened;
            }
        } catch (Exception e) { // whatever a stranger's bytes provoke
            log.trace("%s: a message from %s does not open: %s", local_addr, message.getSrc(), e);
        }
        refused.increment();
        return null;
    }

    private Message open(Message message) throws Exception {
        if (!message.hasArray() || message.getLength() < NONCE_BYTES + TAG_BITS / 8) {
            throw new GeneralSecurityException("not sealed");
        }
        byte[] sealed = message.getArray();
        int offset = message.getOffset();
        byte[] nonce = Arrays.copyOfRange(sealed, offset, offset + NONCE_BYTES);
        Cipher cipher = cipher(Cipher.DECRYPT_MODE, message.getSrc(), nonce);
        byte[] plain =
                cipher.doFinal(sealed, offset + NONCE_BYTES, message.getLength() - NONCE_BYTES);
        return Util.messageFromBuffer(plain, 0, plain.length);
    }

    private Cipher cipher(int mode, Address sender, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key(sender), new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE_BYTES));
        return cipher;
    }

    private SecretKeySpec key(Address sender) throws GeneralSecurityException {
        SecretKeySpec known = keys.get(sender);
        if (known != null) {
            return known;
        }
        if (!(sender instanceof UUID uuid)) {
            throw new GeneralSecurityException("sealed by no member");
        }
        SecretKeySpec key = deriveKey(uuid);
        if (keys.size() >= KEYS_MAX) {
            keys.clear();
        }
        keys.put(sender, key);
        return key;
    }

    private SecretKeySpec deriveKey(UUID sender) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(meshKey);
        ByteBuffer name = ByteBuffer.allocate(16);
        name.putLong(sender.getMostSignificantBits()).putLong(sender.getLeastSignificantBits());
        return new SecretKeySpec(mac.doFinal(name.array()), "AES");
    }
}
