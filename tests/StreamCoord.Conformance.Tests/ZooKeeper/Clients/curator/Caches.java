package curator;

import static curator.Checks.take;
import static curator.Checks.await;
import static curator.Checks.eventually;
import static curator.Checks.equal;
import static curator.Checks.bytes;
import static curator.Checks.text;

import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.cache.NodeCache;
import org.apache.curator.framework.recipes.cache.PathChildrenCache;
import org.apache.curator.framework.recipes.cache.TreeCache;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;

/** Copies of znodes that watches keep up to date. */
final class Caches {
    void pathChildrenCache(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        client.create().creatingParentsIfNeeded().forPath(bench.path + "/a", bytes("1"));
        var cache = new PathChildrenCache(bench.client(), bench.path, true);
        var events = new LinkedBlockingQueue<String>();
        cache.getListenable().addListener((from, event) -> {
            // A client that connects after the cache has begun tells of that as well.
            if (!event.getType().name().startsWith("CONNECTION_")) {
                events.add(event.getType() + (event.getData() == null ? "" : " " + event.getData().getPath().substring(bench.path.length())));
            }
        });
        cache.start(PathChildrenCache.StartMode.POST_INITIALIZED_EVENT);
        equal("CHILD_ADDED /a", take(events));
        equal("INITIALIZED", take(events));
        client.create().forPath(bench.path + "/b", bytes("2"));
        equal("CHILD_ADDED /b", take(events));
        client.setData().forPath(bench.path + "/a", bytes("3"));
        equal("CHILD_UPDATED /a", take(events));
        equal("3", text(cache.getCurrentData(bench.path + "/a").getData()));
        client.delete().forPath(bench.path + "/b");
        equal("CHILD_REMOVED /b", take(events));
        cache.close();
    }

    void nodeCache(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        var cache = new NodeCache(bench.client(), bench.path);
        cache.start(true);
        equal(null, cache.getCurrentData());
        client.create().creatingParentsIfNeeded().forPath(bench.path, bytes("1"));
        eventually(() -> cache.getCurrentData() != null && text(cache.getCurrentData().getData()).equals("1"));
        client.setData().forPath(bench.path, bytes("2"));
        eventually(() -> text(cache.getCurrentData().getData()).equals("2"));
        client.delete().forPath(bench.path);
        eventually(() -> cache.getCurrentData() == null);
        cache.close();
    }

    void treeCache(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        client.create().creatingParentsIfNeeded().forPath(bench.path + "/a/b", bytes("1"));
        var cache = new TreeCache(bench.client(), bench.path);
        var initialized = new CountDownLatch(1);
        var removed = new LinkedBlockingQueue<String>();
        cache.getListenable().addListener((from, event) -> {
            switch (event.getType()) {
                case INITIALIZED -> initialized.countDown();
                case NODE_REMOVED -> removed.add(event.getData().getPath());
                default -> { }
            }
        });
        cache.start();
        await(initialized);
        equal("1", text(cache.getCurrentData(bench.path + "/a/b").getData()));
        client.create().forPath(bench.path + "/a/c", bytes("2"));
        eventually(() -> cache.getCurrentChildren(bench.path + "/a").keySet().equals(Set.of("b", "c")));
        client.delete().deletingChildrenIfNeeded().forPath(bench.path + "/a");
        Set<String> gone = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 3; i++) {
            gone.add(take(removed));
        }
        equal(Set.of(bench.path + "/a", bench.path + "/a/b", bench.path + "/a/c"), gone);
        cache.close();
    }

    void curatorCache(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        client.create().creatingParentsIfNeeded().forPath(bench.path + "/a", bytes("1"));
        CuratorFramework watching = bench.client();
        CuratorCache cache = CuratorCache.build(watching, bench.path);
        var initialized = new CountDownLatch(1);
        var events = new LinkedBlockingQueue<String>();
        cache.listenable().addListener(CuratorCacheListener.builder().forInitialized(initialized::countDown)
            .forAll((type, before, now) -> events.add(type + " " + (now == null ? before : now).getPath().substring(bench.path.length()))).build());
        cache.start();
        await(initialized);
        equal(2, cache.size());
        events.clear();
        client.create().forPath(bench.path + "/b", bytes("2"));
        equal("NODE_CREATED /b", take(events));
        client.setData().forPath(bench.path + "/a", bytes("3"));
        equal("NODE_CHANGED /a", take(events));
        client.delete().forPath(bench.path + "/b");
        equal("NODE_DELETED /b", take(events));
        bench.killSession(watching);
        client.create().forPath(bench.path + "/d", bytes("4"));
        equal("NODE_CREATED /d", take(events)); // By a watch that was set again, or by a look behind it.
        cache.close();
    }

    void persistentWatcher(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        client.create().creatingParentsIfNeeded().forPath(bench.path);
        var watcher = new PersistentWatcher(client, bench.path, true);
        var events = new LinkedBlockingQueue<WatchedEvent>();
        var armed = new CountDownLatch(1);
        watcher.getListenable().addListener(events::add);
        watcher.getResetListenable().addListener(armed::countDown);
        watcher.start();
        await(armed);
        for (String child : List.of("/a", "/b")) {
            client.create().forPath(bench.path + child);
            equal(bench.path + child, takeOfZNode(events).getPath());
        }
        watcher.close();
    }

    private static WatchedEvent takeOfZNode(BlockingQueue<WatchedEvent> events) throws Exception {
        WatchedEvent event = take(events);
        return event.getType() == EventType.None ? takeOfZNode(events) : event;
    }
}
