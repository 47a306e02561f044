package dev.gossamer.client;

import dev.gossamer.client.routing.Dispatcher;
import dev.gossamer.client.routing.ReplyReader;
import dev.gossamer.client.routing.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Many requests that travel together: each goes to its own key's primary, and those for one
 * connection leave it in one write. They go in windows, so that one call neither fills a connection
 * nor shuts others out.
 */
final class Bulk {
    private final Dispatcher dispatcher;
    private final int requestsMax;
    private final long bytesMax;

    /**
     * @param requestsMax in one window
     * @param bytesMax of one window's requests; a single larger one makes a window of its own
     */
    Bulk(Dispatcher dispatcher, int requestsMax, long bytesMax) {
        this.dispatcher = dispatcher;
        this.requestsMax = requestsMax;
        this.bytesMax = bytesMax;
    }

    /** The results in the order of the requests; or the first failure, once a window has ended. */
    <T> CompletableFuture<List<T>> send(List<Request> requests, ReplyReader<T> reader) {
        return sendFrom(0, requests, reader, new ArrayList<>(requests.size()));
    }

    private <T> CompletableFuture<List<T>> sendFrom(
            int first, List<Request> requests, ReplyReader<T> reader, List<T> results) {
        if (first == requests.size()) {
            return CompletableFuture.completedFuture(results);
        }
        int end = windowEnd(requests, first);
        List<CompletableFuture<T>> window = new ArrayList<>(end - first);
        for (Request request : requests.subList(first, end)) {
            window.add(dispatcher.send(request, reader));
        }
        return CompletableFuture.allOf(window.toArray(new CompletableFuture<?>[0]))
                .thenCompose(all -> {
                    window.forEach(one -> results.add(one.join()));
                    return sendFrom(end, requests, reader, results);
                });
    }

    private int windowEnd(List<Request> requests, int first) {
        long bytes = 0;
        int end = first;
        while (end < requests.size() && end - first < requestsMax) {
            bytes += requests.get(end).wire().length;
            if (bytes > bytesMax && end > first) {
                return end;
            }
            end++;
        }
        return end;
    }
}
