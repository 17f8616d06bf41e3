package curator;

import static curator.Checks.LIMIT_SECONDS;
import static curator.Checks.inBackground;
import static curator.Checks.result;
import static curator.Checks.await;
import static curator.Checks.eventually;
import static curator.Checks.expect;
import static curator.Checks.equal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;
import org.apache.curator.framework.recipes.locks.InterProcessMultiLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.recipes.locks.Revoker;
import org.apache.curator.framework.recipes.shared.SharedCount;

/** Locks, semaphores and barriers. */
final class Locks {
    void mutex(Bench bench) throws Exception {
        var first = new InterProcessMutex(bench.client(), bench.path);
        var second = new InterProcessMutex(bench.client(), bench.path);
        first.acquire();
        first.acquire(); // It can be taken again by its thread.
        expect(!second.acquire(50, TimeUnit.MILLISECONDS), "both have the lock");
        first.release();
        Future<Boolean> waiting = inBackground(() -> second.acquire(LIMIT_SECONDS, TimeUnit.SECONDS));
        eventually(() -> first.getParticipantNodes().size() == 2);
        expect(!waiting.isDone(), "the lock was given back by half");
        first.release();
        expect(result(waiting), "the lock was not handed on");
    }

    void mutexExcludes(Bench bench) throws Exception {
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        var runs = new ArrayList<Future<Integer>>();
        for (int i = 0; i < 5; i++) {
            CuratorFramework client = bench.client();
            runs.add(inBackground(() -> {
                var lock = new InterProcessMutex(client, bench.path);
                for (int turn = 0; turn < 10; turn++) {
                    lock.acquire();
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    inside.decrementAndGet();
                    lock.release();
                }
                return 10;
            }));
        }
        for (Future<Integer> run : runs) {
            result(run);
        }
        equal(1, most.get());
    }

    void mutexOfAClientThatIsGone(Bench bench) throws Exception {
        CuratorFramework holder = bench.client();
        new InterProcessMutex(holder, bench.path).acquire();
        var next = new InterProcessMutex(bench.client(), bench.path);
        Future<Boolean> waiting = inBackground(() -> next.acquire(LIMIT_SECONDS, TimeUnit.SECONDS));
        eventually(() -> next.getParticipantNodes().size() == 2);
        holder.close();
        expect(result(waiting), "the lock was not handed on");
    }

    void mutexIsRevoked(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        var lock = new InterProcessMutex(client, bench.path);
        var asked = new CountDownLatch(1);
        lock.makeRevocable(one -> asked.countDown());
        lock.acquire();
        Revoker.attemptRevoke(client, lock.getParticipantNodes().iterator().next());
        await(asked);
        lock.release();
    }

    void semaphoreMutex(Bench bench) throws Exception {
        var first = new InterProcessSemaphoreMutex(bench.client(), bench.path);
        var second = new InterProcessSemaphoreMutex(bench.client(), bench.path);
        first.acquire();
        expect(!first.acquire(50, TimeUnit.MILLISECONDS), "it was taken twice");
        expect(!second.acquire(50, TimeUnit.MILLISECONDS), "both have the lock");
        first.release();
        expect(second.acquire(LIMIT_SECONDS, TimeUnit.SECONDS), "the lock was not handed on");
    }

    void readWriteLock(Bench bench) throws Exception {
        var first = new InterProcessReadWriteLock(bench.client(), bench.path);
        var second = new InterProcessReadWriteLock(bench.client(), bench.path);
        first.readLock().acquire();
        expect(second.readLock().acquire(LIMIT_SECONDS, TimeUnit.SECONDS), "readers exclude each other");
        expect(!second.writeLock().acquire(50, TimeUnit.MILLISECONDS), "a writer came in beside a reader");
        first.readLock().release();
        second.readLock().release();
        expect(second.writeLock().acquire(LIMIT_SECONDS, TimeUnit.SECONDS), "the writer waits for nobody");
        expect(second.readLock().acquire(LIMIT_SECONDS, TimeUnit.SECONDS), "a writer may read");
        expect(!first.readLock().acquire(50, TimeUnit.MILLISECONDS), "a reader came in beside a writer");
    }

    void multiLock(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        var both = new InterProcessMultiLock(client, List.of(bench.path + "/a", bench.path + "/b"));
        var one = new InterProcessMutex(bench.client(), bench.path + "/b");
        both.acquire();
        expect(!one.acquire(50, TimeUnit.MILLISECONDS), "a part of the lock is free");
        both.release();
        one.acquire();
        expect(!both.acquire(50, TimeUnit.MILLISECONDS), "the whole was taken without a part");
        expect(new InterProcessMutex(bench.client(), bench.path + "/a").acquire(LIMIT_SECONDS, TimeUnit.SECONDS), "the failed attempt has kept a part");
    }

    void semaphore(Bench bench) throws Exception {
        var first = new InterProcessSemaphoreV2(bench.client(), bench.path, 2);
        var second = new InterProcessSemaphoreV2(bench.client(), bench.path, 2);
        Collection<Lease> leases = first.acquire(2);
        equal(null, second.acquire(50, TimeUnit.MILLISECONDS));
        Future<Lease> waiting = inBackground(() -> second.acquire(LIMIT_SECONDS, TimeUnit.SECONDS));
        first.returnAll(leases);
        expect(result(waiting) != null, "no lease was handed on");
        equal(1, second.getParticipantNodes().size());
    }

    void semaphoreOfACount(Bench bench) throws Exception {
        var count = new SharedCount(bench.client(), bench.path + "-count", 1);
        count.start();
        var semaphore = new InterProcessSemaphoreV2(bench.client(), bench.path, count);
        expect(semaphore.acquire(LIMIT_SECONDS, TimeUnit.SECONDS) != null, "there is room for one");
        Future<Lease> waiting = inBackground(() -> semaphore.acquire(LIMIT_SECONDS, TimeUnit.SECONDS));
        count.setCount(2);
        expect(result(waiting) != null, "more room was not seen");
        count.close();
    }

    void barrier(Bench bench) throws Exception {
        var keeper = new DistributedBarrier(bench.client(), bench.path);
        var other = new DistributedBarrier(bench.client(), bench.path);
        expect(other.waitOnBarrier(LIMIT_SECONDS, TimeUnit.SECONDS), "there is no barrier");
        keeper.setBarrier();
        expect(!other.waitOnBarrier(50, TimeUnit.MILLISECONDS), "the barrier keeps nobody");
        Future<Boolean> waiting = inBackground(() -> other.waitOnBarrier(LIMIT_SECONDS, TimeUnit.SECONDS));
        keeper.removeBarrier();
        expect(result(waiting), "the barrier is gone and nobody was told");
    }

    void doubleBarrier(Bench bench) throws Exception {
        var first = new DistributedDoubleBarrier(bench.client(), bench.path, 2);
        var second = new DistributedDoubleBarrier(bench.client(), bench.path, 2);
        Future<Boolean> entering = inBackground(() -> first.enter(LIMIT_SECONDS, TimeUnit.SECONDS));
        expect(second.enter(LIMIT_SECONDS, TimeUnit.SECONDS) && result(entering), "not both came in");
        Future<Boolean> leaving = inBackground(() -> first.leave(LIMIT_SECONDS, TimeUnit.SECONDS));
        expect(second.leave(LIMIT_SECONDS, TimeUnit.SECONDS) && result(leaving), "not both came out");
    }
}
