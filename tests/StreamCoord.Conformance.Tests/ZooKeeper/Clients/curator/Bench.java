package curator;

import static curator.Checks.LIMIT_SECONDS;
import static curator.Checks.take;
import static curator.Checks.expect;
import static curator.Checks.bytes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;

/** The clients of one case, below a path of its own. */
final class Bench implements AutoCloseable {
    final String path;
    private final String address;
    private final List<CuratorFramework> clients = Collections.synchronizedList(new ArrayList<>());

    Bench(String address, String name) {
        this.address = address;
        path = "/curator/" + name + "-" + UUID.randomUUID();
    }

    CuratorFramework client() throws Exception {
        return client(null, null);
    }

    CuratorFramework client(String scheme, String auth) throws Exception {
        var builder = CuratorFrameworkFactory.builder().connectString(address).sessionTimeoutMs(15_000).connectionTimeoutMs(15_000)
            .retryPolicy(new ExponentialBackoffRetry(50, 5));
        CuratorFramework client = (scheme == null ? builder : builder.authorization(scheme, bytes(auth))).build();
        clients.add(client);
        client.start();
        expect(client.blockUntilConnected(LIMIT_SECONDS, TimeUnit.SECONDS), "there is no connection");
        return client;
    }

    @Override
    public void close() {
        clients.forEach(CuratorFramework::close);
    }

    /** Its session ends without it: somebody else takes the session, and closes it before the client has taken it back. */
    void killSession(CuratorFramework client) throws Exception {
        ZooKeeper victim = client.getZookeeperClient().getZooKeeper();
        KeeperState state;
        do {
            var states = new LinkedBlockingQueue<KeeperState>();
            var twin = new ZooKeeper(address, 10_000, event -> states.add(event.getState()), victim.getSessionId(), victim.getSessionPasswd());
            state = take(states);
            twin.close();
        } while (state != KeeperState.Expired);
    }
}
