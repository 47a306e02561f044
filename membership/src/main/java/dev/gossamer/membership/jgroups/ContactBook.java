package dev.gossamer.membership.jgroups;

import dev.gossamer.membership.MembershipSettings.Contacts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
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
    private static final Duration CONNECT_TIMEOUT_MAX = Duration.ofMillis(500);

    private record Contact(String host, int port) {}

    private final List<Contact> contacts;
    private final int connectTimeoutMillis;

    /**
     * @param patience how long an address may take to accept a connection, at most 500 ms
     */
    ContactBook(Contacts contacts, Duration patience) {
        this.contacts =
                switch (contacts) {
                    case Contacts.Hosts(var hosts) ->
                            hosts.stream().map(h -> new Contact(h.host(), h.port())).toList();
                    case Contacts.Dns(var name, var port) -> List.of(new Contact(name, port));
                };
        this.connectTimeoutMillis =
                (int) Math.min(patience.toMillis(), CONNECT_TIMEOUT_MAX.toMillis());
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
            return List.of();
        }
    }

    private static Stream<PhysicalAddress> result(Future<Optional<PhysicalAddress>> trial) {
        try {
            return trial.get().stream();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("a trial connection failed unexpectedly", e);
        }
    }

    private boolean accepts(PhysicalAddress address) {
        IpAddress ip = (IpAddress) address;
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(ip.getIpAddress(), ip.getPort()), connectTimeoutMillis);
            return true;
        } catch (IOException e) {
            return false; // refused or unreachable: no member runs there
        }
    }
}
