package curator;

import static curator.Checks.LIMIT_SECONDS;
import static curator.Checks.inBackground;
import static curator.Checks.result;
import static curator.Checks.eventually;
import static curator.Checks.expect;
import static curator.Checks.equal;
import static curator.Checks.bytes;
import static curator.Checks.text;

import java.util.ArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.atomic.CachedAtomicLong;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.atomic.PromotedToLock;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.framework.recipes.shared.SharedValue;
import org.apache.curator.framework.recipes.shared.VersionedValue;
import org.apache.curator.retry.RetryNTimes;

/** Numbers and values that clients share. */
final class Counters {
    void sharedCount(Bench bench) throws Exception {
        var first = new SharedCount(bench.client(), bench.path, 7);
        var second = new SharedCount(bench.client(), bench.path, 0);
        first.start();
        second.start();
        equal(7, second.getCount());
        VersionedValue<Integer> seen = second.getVersionedValue();
        first.setCount(8);
        eventually(() -> second.getCount() == 8);
        expect(!second.trySetCount(seen, 9), "an older version was good enough");
        expect(second.trySetCount(second.getVersionedValue(), 9), "the newest version was not good enough");
        eventually(() -> first.getCount() == 9);
        first.close();
        second.close();
    }

    void sharedValue(Bench bench) throws Exception {
        var first = new SharedValue(bench.client(), bench.path, bytes("seed"));
        var second = new SharedValue(bench.client(), bench.path, bytes("other"));
        first.start();
        second.start();
        equal("seed", text(second.getValue()));
        second.setValue(bytes("new"));
        eventually(() -> text(first.getValue()).equals("new"));
        first.close();
        second.close();
    }

    void atomicLong(Bench bench) throws Exception {
        var runs = new ArrayList<Future<Integer>>();
        for (int i = 0; i < 4; i++) {
            CuratorFramework client = bench.client();
            runs.add(inBackground(() -> {
                var number = new DistributedAtomicLong(client, bench.path, new RetryNTimes(1_000, 1));
                for (int turn = 0; turn < 25; turn++) {
                    expect(number.increment().succeeded(), "an increment did not come through");
                }
                return 25;
            }));
        }
        for (Future<Integer> run : runs) {
            result(run);
        }
        var number = new DistributedAtomicLong(bench.client(), bench.path, new RetryNTimes(10, 1));
        equal(100L, number.get().postValue());
        expect(!number.compareAndSet(7L, 8L).succeeded(), "it was not 7");
        expect(number.compareAndSet(100L, 8L).succeeded(), "it was 100");
        equal(5L, number.subtract(3L).postValue());
    }

    void atomicLongByALock(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        var promoted = PromotedToLock.builder().lockPath(bench.path + "-lock").timeout(LIMIT_SECONDS, TimeUnit.SECONDS).build();
        var number = new DistributedAtomicLong(client, bench.path, new RetryNTimes(0, 1), promoted);
        expect(number.initialize(40L), "it was there");
        equal(42L, number.add(2L).postValue());
        var cached = new CachedAtomicLong(number, 10);
        equal(43L, cached.next().postValue());
        equal(44L, cached.next().postValue());
        equal(52L, number.get().postValue());
    }
}
