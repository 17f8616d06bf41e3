package curator;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** What cases are made of. */
final class Checks {
    /** How long anything may take. */
    static final int LIMIT_SECONDS = 30;

    private static final ExecutorService THREADS = Executors.newCachedThreadPool(Checks::daemon);

    private Checks() {
    }

    static Thread daemon(Runnable run) {
        var thread = new Thread(run);
        thread.setDaemon(true);
        return thread;
    }

    static <T> Future<T> inBackground(Callable<T> call) {
        return THREADS.submit(call);
    }

    static <T> T result(Future<T> future) throws Exception {
        return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    static <T> T take(BlockingQueue<T> queue) throws Exception {
        T next = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        expect(next != null, "nothing came");
        return next;
    }

    static void await(CountDownLatch latch) throws Exception {
        expect(latch.await(LIMIT_SECONDS, TimeUnit.SECONDS), "it has not come to that");
    }

    /** Waits for what happens by itself. */
    static void eventually(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!condition.call()) {
            expect(System.nanoTime() < end, "it has not come to that");
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    static void expect(boolean isTrue, String otherwise) {
        if (!isTrue) {
            throw new AssertionError(otherwise);
        }
    }

    static void equal(Object expected, Object found) {
        expect(expected == null ? found == null : expected.equals(found), expected + " was expected and " + found + " came");
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
