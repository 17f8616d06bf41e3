using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes;

/// <summary>Grains that subscribe to the stream of changes get every one, in order: while they are active, when they come back, and from a token on.</summary>
public sealed class ChangeStreamTests
{
    [Fact]
    public async Task Subscriber_GetsEveryChangeInOrder_AlsoAcrossADeactivation()
    {
        var heard = new Heard();
        await using TreeSilo silo = await StartAsync(heard);
        IChangeListenerGrain listener = silo.Grains.GetGrain<IChangeListenerGrain>("one");
        await listener.Listen(silo.Tree.AppliedZxid);
        List<WatchEvent> expected = await ChangeAsync(silo, "/a", 150);
        Assert.Equal(expected, await heard.TakeAsync("one", expected.Count));

        await listener.Rest();
        expected = await ChangeAsync(silo, "/b", 150);

        Assert.Equal(expected, await heard.TakeAsync("one", expected.Count));
        Assert.True(heard.Activations("one") >= 2);
    }

    [Fact]
    public async Task Subscribers_BeginWhereTheirTokenSays()
    {
        var heard = new Heard();
        await using TreeSilo silo = await StartAsync(heard);
        Zxid start = silo.Tree.AppliedZxid;
        List<WatchEvent> first = await ChangeAsync(silo, "/a", 50);
        Zxid middle = silo.Tree.AppliedZxid;
        List<WatchEvent> second = await ChangeAsync(silo, "/b", 50);

        await silo.Grains.GetGrain<IChangeListenerGrain>("all").Listen(start);
        await silo.Grains.GetGrain<IChangeListenerGrain>("half").Listen(middle);

        Assert.Equal([.. first, .. second], await heard.TakeAsync("all", first.Count + second.Count));
        Assert.Equal(second, await heard.TakeAsync("half", second.Count));
    }

    [Fact]
    public async Task Subscriber_ThatHadPartOfATransaction_GetsTheRest()
    {
        var heard = new Heard();
        await using TreeSilo silo = await StartAsync(heard);
        ZNodeReply multi = await silo.MustAsync(new MultiOperation([Create("/x"), Create("/x/1"), Create("/x/2")]));

        await silo.Grains.GetGrain<IChangeListenerGrain>("rest").ListenAfter(multi.Zxid.Value, 0);

        Assert.Equal(["/x/1", "/x/2"], (await heard.TakeAsync("rest", 2)).Select(change => change.Path));
    }

    [Fact]
    public async Task Restart_KeepsSubscriptions_AndLosesNothingThatComesBeforeTheStreamIsUp()
    {
        var heard = new Heard();
        // The stream first looks at the log at a random point of its period, so most often after the changes below.
        await using TreeSilo silo = await StartAsync(heard, TimeSpan.FromSeconds(3));
        await silo.Grains.GetGrain<IChangeListenerGrain>("kept").Listen(silo.Tree.AppliedZxid);
        List<WatchEvent> before = await ChangeAsync(silo, "/a", 20);
        Assert.Equal(before, await heard.TakeAsync("kept", before.Count));

        await silo.RestartAsync();
        List<WatchEvent> after = await ChangeAsync(silo, "/b", 20);

        Assert.Equal(after, await heard.TakeAsync("kept", after.Count));
    }

    private static Task<TreeSilo> StartAsync(Heard heard, TimeSpan? period = null) => TreeSilo.StartAsync(new TreeSiloOptions
    {
        Silo = silo =>
        {
            silo.Services.AddSingleton(heard);
            silo.Services.Configure<StreamPullingAgentOptions>(ZNodeChanges.Provider, options => options.GetQueueMsgsTimerPeriod = period ?? options.GetQueueMsgsTimerPeriod);
        },
    });

    private static CreateOperation Create(string path) => new(path, new byte[1], AclEntry.Open);

    // Singles and multis; what a deletion and a creation in one transaction tell too.
    private static async Task<List<WatchEvent>> ChangeAsync(TreeSilo silo, string root, int count)
    {
        List<WatchEvent> expected = [new(WatchEventType.Created, root, (await silo.MustAsync(Create(root))).Zxid)];
        ZNodeReply[] created = await Task.WhenAll(Enumerable.Range(0, count).Select(i => silo.MustAsync(Create($"{root}/{i}"))));
        expected.AddRange(created.Select(reply => new WatchEvent(WatchEventType.Created, reply.Path!, reply.Zxid)).OrderBy(change => change.Zxid));
        ZNodeReply multi = await silo.MustAsync(new MultiOperation([new SetDataOperation(root, new byte[2]), new DeleteOperation($"{root}/0"), Create($"{root}/0")]));
        expected.Add(new WatchEvent(WatchEventType.DataChanged, root, multi.Zxid));
        expected.Add(new WatchEvent(WatchEventType.Deleted, $"{root}/0", multi.Zxid));
        expected.Add(new WatchEvent(WatchEventType.Created, $"{root}/0", multi.Zxid));
        return expected;
    }

    /// <summary>What the listeners heard. Safe for concurrent use.</summary>
    internal sealed class Heard
    {
        private readonly ConcurrentDictionary<string, Channel<WatchEvent>> _changes = new();
        private readonly ConcurrentDictionary<string, int> _activations = new();

        public void Activated(string listener) => _activations.AddOrUpdate(listener, 1, (_, count) => count + 1);

        public int Activations(string listener) => _activations[listener];

        public void Add(string listener, WatchEvent change) => Of(listener).Writer.TryWrite(change);

        public async Task<List<WatchEvent>> TakeAsync(string listener, int count)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            List<WatchEvent> taken = [];
            while (taken.Count < count)
            {
                taken.Add(await Of(listener).Reader.ReadAsync(limit.Token));
            }
            return taken;
        }

        private Channel<WatchEvent> Of(string listener) => _changes.GetOrAdd(listener, _ => Channel.CreateUnbounded<WatchEvent>());
    }

    /// <summary>A user's grain that subscribes.</summary>
    internal interface IChangeListenerGrain : IGrainWithStringKey
    {
        Task Listen(Zxid seen);

        Task ListenAfter(long zxid, int index);

        Task Rest();
    }

    internal sealed class ChangeListenerGrain(Heard heard) : Grain, IChangeListenerGrain
    {
        private IAsyncStream<WatchEvent> Changes => this.GetStreamProvider(ZNodeChanges.Provider).GetStream<WatchEvent>(StreamId.Create(ZNodeChanges.Namespace, ZNodeChanges.Key));

        public override async Task OnActivateAsync(CancellationToken cancellationToken)
        {
            heard.Activated(this.GetPrimaryKeyString());
            foreach (StreamSubscriptionHandle<WatchEvent> subscription in await Changes.GetAllSubscriptionHandles())
            {
                await subscription.ResumeAsync(HearAsync);
            }
        }

        public Task Listen(Zxid seen) => ListenAfter(seen.Value, int.MaxValue);

        public Task ListenAfter(long zxid, int index) => Changes.SubscribeAsync(HearAsync, new EventSequenceTokenV2(zxid, index));

        public Task Rest()
        {
            DeactivateOnIdle();
            return Task.CompletedTask;
        }

        private Task HearAsync(WatchEvent change, StreamSequenceToken? token)
        {
            Assert.Equal(change.Zxid.Value, token?.SequenceNumber);
            heard.Add(this.GetPrimaryKeyString(), change);
            return Task.CompletedTask;
        }
    }
}
