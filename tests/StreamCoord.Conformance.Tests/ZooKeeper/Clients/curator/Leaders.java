package curator;

import static curator.Checks.LIMIT_SECONDS;
import static curator.Checks.take;
import static curator.Checks.eventually;
import static curator.Checks.expect;
import static curator.Checks.equal;
import static curator.Checks.bytes;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.leader.Participant;
import org.apache.curator.framework.recipes.nodes.GroupMember;
import org.apache.curator.x.discovery.ServiceCache;
import org.apache.curator.x.discovery.ServiceDiscovery;
import org.apache.curator.x.discovery.ServiceDiscoveryBuilder;
import org.apache.curator.x.discovery.ServiceInstance;
import org.apache.curator.x.discovery.ServiceProvider;

/** Who leads, who is there, and where. */
final class Leaders {
    void leaderLatch(Bench bench) throws Exception {
        CuratorFramework leader = bench.client();
        var first = new LeaderLatch(leader, bench.path, "first");
        first.start();
        expect(first.await(LIMIT_SECONDS, TimeUnit.SECONDS), "nobody leads");
        var second = new LeaderLatch(bench.client(), bench.path, "second");
        second.start();
        var third = new LeaderLatch(bench.client(), bench.path, "third");
        eventually(() -> second.getParticipants().size() == 2);
        third.start();
        eventually(() -> second.getParticipants().size() == 3);
        equal("first", second.getLeader().getId());
        expect(!second.hasLeadership(), "two lead");
        first.close();
        expect(second.await(LIMIT_SECONDS, TimeUnit.SECONDS), "nobody leads behind the first");
        equal(List.of("second", "third"), third.getParticipants().stream().map(Participant::getId).toList());
        second.close();
        expect(third.await(LIMIT_SECONDS, TimeUnit.SECONDS), "nobody leads behind the second");
        third.close();
    }

    void leaderLatchWithoutItsSession(Bench bench) throws Exception {
        CuratorFramework client = bench.client();
        var first = new LeaderLatch(client, bench.path, "first");
        first.start();
        expect(first.await(LIMIT_SECONDS, TimeUnit.SECONDS), "nobody leads");
        var second = new LeaderLatch(bench.client(), bench.path, "second");
        second.start();
        eventually(() -> second.getParticipants().size() == 2);
        bench.killSession(client);
        expect(second.await(LIMIT_SECONDS, TimeUnit.SECONDS), "a session that has ended goes on leading");
        expect(!first.hasLeadership(), "two lead");
        first.close();
        second.close();
    }

    void leaderSelector(Bench bench) throws Exception {
        var order = new LinkedBlockingQueue<String>();
        var turn = new LinkedBlockingQueue<String>();
        var selectors = new ArrayList<LeaderSelector>();
        for (String id : List.of("a", "b", "c")) {
            var selector = new LeaderSelector(bench.client(), bench.path, new LeaderSelectorListenerAdapter() {
                @Override
                public void takeLeadership(CuratorFramework client) throws Exception {
                    order.add(id);
                    take(turn);
                }
            });
            selector.setId(id);
            selector.autoRequeue();
            selector.start();
            selectors.add(selector);
            int number = selectors.size();
            eventually(() -> selector.getParticipants().size() == number);
        }
        equal("a", take(order));
        equal("a", selectors.get(2).getLeader().getId());
        for (String next : List.of("b", "c", "a")) { // Whoever has led gets in line again.
            eventually(() -> selectors.get(0).getParticipants().size() == 3);
            turn.add("end");
            equal(next, take(order));
        }
        selectors.forEach(LeaderSelector::close);
    }

    void groupMember(Bench bench) throws Exception {
        var first = new GroupMember(bench.client(), bench.path, "first", bytes("1"));
        var second = new GroupMember(bench.client(), bench.path, "second", bytes("2"));
        first.start();
        second.start();
        eventually(() -> first.getCurrentMembers().keySet().equals(Set.of("first", "second")));
        first.close();
        eventually(() -> second.getCurrentMembers().keySet().equals(Set.of("second")));
        second.close();
    }

    void serviceDiscovery(Bench bench) throws Exception {
        var services = new ArrayList<ServiceDiscovery<Void>>();
        for (int port : new int[] {1, 2}) {
            ServiceInstance<Void> instance = ServiceInstance.<Void>builder().name("service").id("i" + port).address("127.0.0.1").port(port).build();
            ServiceDiscovery<Void> discovery = ServiceDiscoveryBuilder.builder(Void.class).client(bench.client()).basePath(bench.path).thisInstance(instance).build();
            discovery.start();
            services.add(discovery);
        }
        ServiceDiscovery<Void> finder = ServiceDiscoveryBuilder.builder(Void.class).client(bench.client()).basePath(bench.path).build();
        finder.start();
        equal(List.of("service"), new ArrayList<>(finder.queryForNames()));
        ServiceCache<Void> cache = finder.serviceCacheBuilder().name("service").build();
        cache.start();
        equal(2, cache.getInstances().size());
        ServiceProvider<Void> provider = finder.serviceProviderBuilder().serviceName("service").build();
        provider.start();
        expect(provider.getInstance() != null, "no instance is found");
        services.get(0).close();
        eventually(() -> cache.getInstances().size() == 1 && cache.getInstances().get(0).getId().equals("i2"));
        provider.close();
        cache.close();
        finder.close();
        services.get(1).close();
    }
}
