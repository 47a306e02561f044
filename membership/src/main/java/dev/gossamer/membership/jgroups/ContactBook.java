package dev.gossamer.membership.jgroups;

import dev.gossamer.membership.MembershipSettings.Contacts;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jgroups.PhysicalAddress;
import org.jgroups.stack.IpAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The addresses at which members may be found: asked of the name service afresh each time. */
final class ContactBook {
    private static final Logger LOG = LoggerFactory.getLogger(ContactBook.class);
    private static final int CONNECT_ATTEMPTS = 2;

    private record Contact(String host, int port) {}

    private final List<Contact> contacts;
    private final int connectTimeoutMillis;

    /**
     * @param connectTimeout how long one attempt to connect may take
     */
    ContactBook(Contacts contacts, Duration connectTimeout) {
        this.contacts =
                switch (contacts) {
                    case Contacts.Hosts(var hosts) ->
                            hosts.stream().map(h -> new Contact(h.host(), h.port())).toList();
                    case Contacts.Dns(var name, var port) -> List.of(new Contact(name, port));
                };
        this.connectTimeoutMillis = Math.toIntExact(connectTimeout.toMillis());
    }

    /** All addresses that the names stand for now; a name that stands for none is left out. */
    Set<PhysicalAddress> resolve() {
        Set<PhysicalAddress> addresses = new LinkedHashSet<>();
        contacts.stream().flatMap(ContactBook::addressesOf).forEach(addresses::add);
        return addresses;
    }

    private static Stream<PhysicalAddress> addressesOf(Contact contact) {
        try {
            return Stream.of(InetAddress.getAllByName(contact.host()))
                    .map(address -> new IpAddress(address, contact.port()));
        } catch (UnknownHostException e) {
            LOG.debug("Contact {} has no address now: {}", contact, e.toString());
            return Stream.of();
        }
    }

    /** Those but {@code own} that accept a connection; all are tried at once. */
    List<PhysicalAddress> listening(PhysicalAddress own) {
        List<Callable<Optional<PhysicalAddress>>> trials = new ArrayList<>();
        for (PhysicalAddress address : resolve()) {
            if (!address.equals(own)) {
                trials.add(() -> accepts(address) ? Optional.of(address) : Optional.empty());
            }
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.invokeAll(trials).stream().flatMap(ContactBook::result).toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GossamerException(
                    ErrorCode.INTERRUPTED, "Interrupted while looking for members", e);
        }
    }

    private static Stream<PhysicalAddress> result(Future<Optional<PhysicalAddress>> trial) {
        try {
            return trial.get().stream();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("a trial connection failed unexpectedly", e);
        }
    }

    /**
     * A refusal is certain and costs nothing. A timeout is not: on a machine that is short of time
     * the answer may just not have been seen, so it is tried twice.
     */
    private boolean accepts(PhysicalAddress address) {
        for (int attempt = 0; attempt < CONNECT_ATTEMPTS; attempt++) {
            try {
                connect((IpAddress) address);
                return true;
            } catch (SocketTimeoutException e) {
                LOG.debug("{} does not answer: {}", address, e.toString());
            } catch (IOException e) {
                return false; // refused or unreachable: no member runs there
            }
        }
        return false;
    }

    private void connect(IpAddress address) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(address.getIpAddress(), address.getPort()),
                    connectTimeoutMillis);
        }
    }
}
