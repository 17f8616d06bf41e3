package curator;

import static curator.Checks.LIMIT_SECONDS;
import static curator.Checks.inBackground;
import static curator.Checks.result;
import static curator.Checks.take;
import static curator.Checks.equal;
import static curator.Checks.bytes;
import static curator.Checks.text;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.queue.DistributedDelayQueue;
import org.apache.curator.framework.recipes.queue.DistributedIdQueue;
import org.apache.curator.framework.recipes.queue.DistributedPriorityQueue;
import org.apache.curator.framework.recipes.queue.DistributedQueue;
import org.apache.curator.framework.recipes.queue.QueueBuilder;
import org.apache.curator.framework.recipes.queue.QueueConsumer;
import org.apache.curator.framework.recipes.queue.QueueSerializer;
import org.apache.curator.framework.recipes.queue.SimpleDistributedQueue;
import org.apache.curator.framework.state.ConnectionState;

/** Queues. */
final class Queues {
    void queue(Bench bench) throws Exception {
        var taken = new LinkedBlockingQueue<String>();
        DistributedQueue<String> queue = QueueBuilder.builder(bench.client(), consumer(taken), Strings.SERIALIZER, bench.path).lockPath(bench.path + "-locks").buildQueue();
        queue.start();
        for (String item : List.of("1", "2", "3")) {
            queue.put(item);
        }
        equal("1 2 3", take(taken) + " " + take(taken) + " " + take(taken));
        queue.close();
    }

    void priorityQueue(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        DistributedPriorityQueue<String> producer = QueueBuilder.builder(client, null, Strings.SERIALIZER, bench.path).buildPriorityQueue(0);
        producer.start();
        producer.put("late", 30);
        producer.put("soon", 1);
        producer.put("then", 2);
        producer.flushPuts(LIMIT_SECONDS, TimeUnit.SECONDS);
        var taken = new LinkedBlockingQueue<String>();
        DistributedPriorityQueue<String> queue = QueueBuilder.builder(bench.client(), consumer(taken), Strings.SERIALIZER, bench.path).buildPriorityQueue(0);
        queue.start();
        equal("soon then late", take(taken) + " " + take(taken) + " " + take(taken));
        queue.close();
        producer.close();
    }

    void delayQueue(Bench bench) throws Exception {
        var taken = new LinkedBlockingQueue<String>();
        DistributedDelayQueue<String> queue = QueueBuilder.builder(bench.client(), consumer(taken), Strings.SERIALIZER, bench.path).buildDelayQueue();
        queue.start();
        queue.put("later", System.currentTimeMillis() + 1_000);
        queue.put("now", System.currentTimeMillis());
        equal("now", take(taken));
        equal("later", take(taken));
        queue.close();
    }

    void idQueue(Bench bench) throws Exception {
        var taken = new LinkedBlockingQueue<String>();
        CuratorFramework client = bench.client();
        DistributedIdQueue<String> producer = QueueBuilder.builder(client, null, Strings.SERIALIZER, bench.path).buildIdQueue();
        producer.start();
        producer.put("a", "first");
        producer.put("b", "second");
        producer.flushPuts(LIMIT_SECONDS, TimeUnit.SECONDS);
        equal(1, producer.remove("first"));
        DistributedIdQueue<String> queue = QueueBuilder.builder(bench.client(), consumer(taken), Strings.SERIALIZER, bench.path).buildIdQueue();
        queue.start();
        equal("b", take(taken));
        queue.close();
        producer.close();
    }

    void simpleQueue(Bench bench) throws Exception {
        var queue = new SimpleDistributedQueue(bench.client(), bench.path);
        var other = new SimpleDistributedQueue(bench.client(), bench.path);
        queue.offer(bytes("1"));
        queue.offer(bytes("2"));
        equal("1", text(other.peek()));
        equal("1", text(other.take()));
        equal("2", text(other.poll()));
        Future<byte[]> waiting = inBackground(() -> other.poll(LIMIT_SECONDS, TimeUnit.SECONDS));
        queue.offer(bytes("3"));
        equal("3", text(result(waiting)));
    }

    private static QueueConsumer<String> consumer(BlockingQueue<String> taken) {
        return new QueueConsumer<>() {
            @Override
            public void consumeMessage(String message) {
                taken.add(message);
            }

            @Override
            public void stateChanged(CuratorFramework client, ConnectionState state) {
            }
        };
    }

    private enum Strings implements QueueSerializer<String> {
        SERIALIZER;

        @Override
        public byte[] serialize(String item) {
            return bytes(item);
        }

        @Override
        public String deserialize(byte[] bytes) {
            return text(bytes);
        }
    }
}
