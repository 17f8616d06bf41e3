package curator;

import static curator.Checks.LIMIT_SECONDS;
import static curator.Checks.take;
import static curator.Checks.eventually;
import static curator.Checks.expect;
import static curator.Checks.equal;
import static curator.Checks.bytes;
import static curator.Checks.text;

import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.curator.framework.recipes.nodes.PersistentTtlNode;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.server.auth.DigestAuthenticationProvider;

/** What the framework does with znodes, sessions and transactions. */
final class ZNodes {
    void basics(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        var stat = new Stat();
        equal(bench.path + "/a/b", client.create().orSetData().storingStatIn(stat).creatingParentsIfNeeded().forPath(bench.path + "/a/b", bytes("1")));
        equal(0, stat.getVersion());
        client.create().orSetData().forPath(bench.path + "/a/b", bytes("2"));
        equal("2", text(client.getData().storingStatIn(stat).forPath(bench.path + "/a/b")));
        equal(1, stat.getVersion());
        equal(List.of("b"), client.getChildren().forPath(bench.path + "/a"));
        var done = new LinkedBlockingQueue<String>();
        client.setData().inBackground((from, event) -> done.add(event.getType() + " " + event.getResultCode())).forPath(bench.path + "/a/b", bytes("3"));
        equal("SET_DATA 0", take(done));
        client.sync().inBackground((from, event) -> done.add(event.getType() + " " + event.getResultCode())).forPath(bench.path);
        equal("SYNC 0", take(done));
        client.delete().quietly().forPath(bench.path + "/none");
        client.delete().guaranteed().deletingChildrenIfNeeded().forPath(bench.path + "/a");
        equal(null, client.checkExists().forPath(bench.path + "/a"));
    }

    void transactions(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        client.create().creatingParentsIfNeeded().forPath(bench.path);
        List<CuratorOp> good = List.of(
            client.transactionOp().create().forPath(bench.path + "/a", bytes("1")),
            client.transactionOp().setData().forPath(bench.path + "/a", bytes("2")),
            client.transactionOp().check().withVersion(1).forPath(bench.path + "/a"),
            client.transactionOp().create().withMode(CreateMode.PERSISTENT_SEQUENTIAL).forPath(bench.path + "/s-"),
            client.transactionOp().create().withTtl(60_000).withMode(CreateMode.PERSISTENT_WITH_TTL).forPath(bench.path + "/t"),
            client.transactionOp().delete().forPath(bench.path + "/t"));
        List<CuratorTransactionResult> results = client.transaction().forOperations(good);
        equal(6, results.size());
        equal(bench.path + "/s-0000000001", results.get(3).getResultPath());
        equal(1, results.get(1).getResultStat().getVersion());
        try {
            client.transaction().forOperations(
                client.transactionOp().create().forPath(bench.path + "/b"), client.transactionOp().delete().withVersion(7).forPath(bench.path + "/a"));
            expect(false, "an older version was good enough");
        } catch (KeeperException.BadVersionException expected) {
            equal(null, client.checkExists().forPath(bench.path + "/b"));
        }
    }

    void containers(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        client.create().creatingParentsIfNeeded().forPath(bench.path); // No container: it must stay between the two.
        client.create().creatingParentContainersIfNeeded().forPath(bench.path + "/container/child");
        client.delete().forPath(bench.path + "/container/child");
        eventually(() -> client.checkExists().forPath(bench.path + "/container") == null);
        client.createContainers(bench.path + "/made");
        expect(client.checkExists().forPath(bench.path + "/made") != null, "no container was made");
    }

    void persistentNode(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        var node = new PersistentNode(client, CreateMode.EPHEMERAL, true, bench.path, bytes("mine"));
        node.start();
        expect(node.waitForInitialCreate(LIMIT_SECONDS, TimeUnit.SECONDS), "it is not there");
        CuratorFramework other = bench.client();
        String path = node.getActualPath();
        long owner = other.checkExists().forPath(path).getEphemeralOwner();
        bench.killSession(client);
        eventually(() -> {
            Stat stat = other.checkExists().forPath(node.getActualPath());
            return stat != null && stat.getEphemeralOwner() != owner;
        });
        other.delete().forPath(node.getActualPath());
        eventually(() -> other.checkExists().forPath(node.getActualPath()) != null);
        node.close();
        equal(null, other.checkExists().forPath(path));
    }

    void persistentTtlNode(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        client.create().creatingParentsIfNeeded().forPath(bench.path);
        var node = new PersistentTtlNode(client, bench.path + "/node", 1_000, bytes("mine"));
        node.start();
        expect(node.waitForInitialCreate(LIMIT_SECONDS, TimeUnit.SECONDS), "it is not there");
        eventually(() -> client.checkExists().forPath(bench.path + "/node/touch") != null);
        node.close();
    }

    void protection(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        client.create().creatingParentsIfNeeded().forPath(bench.path);
        String path = client.create().withProtection().withMode(CreateMode.EPHEMERAL_SEQUENTIAL).forPath(bench.path + "/p-");
        expect(path.matches(bench.path + "/_c_[0-9a-f-]{36}-p-0000000000"), path);
    }

    void access(Bench bench) throws Exception {
        CuratorFramework owner = bench.client("digest", "ann:secret");
        var all = new ACL(ZooDefs.Perms.ALL, new Id("digest", DigestAuthenticationProvider.generateDigest("ann:secret")));
        owner.create().creatingParentsIfNeeded().withACL(List.of(all), false).forPath(bench.path, bytes("mine"));
        equal(List.of(all), owner.getACL().forPath(bench.path));
        try {
            bench.client().getData().forPath(bench.path);
            expect(false, "anybody may read it");
        } catch (KeeperException.NoAuthException expected) {
            owner.setACL().withACL(ZooDefs.Ids.OPEN_ACL_UNSAFE).forPath(bench.path);
            equal("mine", text(bench.client().getData().forPath(bench.path)));
        }
    }

    void namespaces(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        CuratorFramework below = client.usingNamespace(bench.path.substring(1));
        below.create().forPath("/a", bytes("1"));
        equal("1", text(client.getData().forPath(bench.path + "/a")));
        equal(List.of("a"), below.getChildren().forPath("/"));
    }

    void watchesAreRemoved(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        client.create().creatingParentsIfNeeded().forPath(bench.path);
        var events = new LinkedBlockingQueue<String>();
        Watcher watcher = event -> events.add(event.getType().toString());
        client.getData().usingWatcher(watcher).forPath(bench.path);
        client.watches().remove(watcher).forPath(bench.path);
        equal("DataWatchRemoved", take(events));
        client.setData().forPath(bench.path, bytes("1"));
        client.sync().forPath(bench.path);
        equal(0, events.size());
    }

    void configuration(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        var stat = new Stat();
        client.getConfig().storingStatIn(stat).forEnsemble();
        equal(-1, stat.getAversion());
        expect(client.getCurrentConfig() != null, "there is no list of servers");
    }

    void states(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        var states = new LinkedBlockingQueue<ConnectionState>();
        client.getConnectionStateListenable().addListener((from, state) -> states.add(state));
        long session = client.getZookeeperClient().getZooKeeper().getSessionId();
        bench.killSession(client);
        while (take(states) != ConnectionState.LOST) {
            // It is told late of its first connection, and may have taken its session back for a moment.
        }
        equal(ConnectionState.RECONNECTED, take(states));
        expect(client.getZookeeperClient().getZooKeeper().getSessionId() != session, "the session is the same");
    }
}
