using CsCheck;
using StreamCoord.Coordination.Connections;
using StreamCoord.Testing;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Connections;

/// <summary>Random interleavings of requests, transactions, answers and drains, against what must hold of whatever leaves.</summary>
public sealed class OutboxOrderTests
{
    private enum Do
    {
        Begin,
        Evaluate,
        Commit,
        CommitUnwatched,
        Answer,
        Drain,
        Break,
    }

    private static readonly Gen<(Do What, int Which)> GenStep = Gen.Select(
        Gen.Frequency(
            (6, Gen.Const(Do.Begin)), (6, Gen.Const(Do.Evaluate)), (8, Gen.Const(Do.Commit)), (2, Gen.Const(Do.CommitUnwatched)), (8, Gen.Const(Do.Answer)),
            (6, Gen.Const(Do.Drain))),
        Gen.Int[0, 99]);

    [Fact]
    public void Whatever_the_interleaving_the_order_holds() => GenStep.Array[1, 80].Sample(
        steps =>
        {
            var run = new Run(int.MaxValue);
            Array.ForEach(steps, run.Step);
            run.Finish();
            run.AssertEverythingLeft();
            run.AssertOrder();
        },
        iter: 5_000);

    [Fact]
    public void A_break_or_a_failure_at_any_time_leaves_a_correct_beginning() => Gen.Select(GenStep.Array[1, 60], Gen.Int[0, 60], Gen.Int[0, 60]).Sample(
        (steps, breakAt, failAt) =>
        {
            var run = new Run(failAt);
            for (int i = 0; i < steps.Length; i++)
            {
                run.Step(i == breakAt ? (Do.Break, 0) : steps[i]);
            }
            run.Finish();
            run.AssertOrder();
        },
        iter: 5_000);

    [Fact]
    public async Task Threads_keep_the_order()
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        for (int round = 0; round < 10; round++)
        {
            await RunThreads(new Random(seed + round));
        }
    }

    private static async Task RunThreads(Random random)
    {
        const int Requests = 2_000, Transactions = 3_000;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int left = Requests + Transactions;
        var sink = new RecordingSink();
        sink.During = sent =>
        {
            if (sent.Kind != 'F' && --left == 0)
            {
                all.SetResult();
            }
        };
        var outbox = new Outbox(sink, drain => ThreadPool.UnsafeQueueUserWorkItem(_ => drain(), null), Transactions);
        var tree = new Lock();
        long applied = 0;
        int[] spins = [.. Enumerable.Range(0, Requests + Transactions).Select(_ => random.Next(200))];

        Task feed = Task.Run(
            () =>
            {
                for (int i = 0; i < Transactions; i++)
                {
                    lock (tree)
                    {
                        outbox.Event(At(applied + 1));
                        applied++;
                    }
                    Thread.SpinWait(spins[Requests + i]);
                }
            },
            TestContext.Current.CancellationToken);
        for (int i = 0; i < Requests; i++)
        {
            OutboxSlot slot = outbox.Begin(i);
            long zxid;
            lock (tree)
            {
                zxid = applied;
            }
            if (i % 3 == 0)
            {
                outbox.Complete(slot, new ZNodeReply { Zxid = new Zxid(zxid) });
            }
            else
            {
                int spin = spins[i];
                ThreadPool.UnsafeQueueUserWorkItem(
                    _ =>
                    {
                        Thread.SpinWait(spin);
                        outbox.Complete(slot, new ZNodeReply { Zxid = new Zxid(zxid) });
                    },
                    null);
            }
        }
        await feed;
        await all.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        AssertOrder([.. sink.Calls]);
        Assert.Equal(Enumerable.Range(1, Transactions).Select(i => (long)i), sink.Calls.Where(call => call.Kind == 'e').Select(call => call.Number));
        Assert.Equal(Enumerable.Range(0, Requests).Select(i => (long)i), sink.Calls.Where(call => call.Kind == 'R').Select(call => call.Number));
    }

    private static void AssertOrder(RecordingSink.Sent[] sent)
    {
        long newestEvent = 0, newestTag = -1;
        foreach (RecordingSink.Sent call in sent)
        {
            if (call.Kind == 'e')
            {
                Assert.True(call.Number > newestEvent, $"Event {call.Number} after event {newestEvent}.");
                newestEvent = call.Number;
            }
            else if (call.Kind == 'R')
            {
                Assert.Equal(newestTag + 1, call.Number);
                newestTag = call.Number;
                Assert.True(newestEvent <= call.Zxid, $"Event {newestEvent} left before the reply of {call.Zxid}.");
            }
        }
        for (int i = 0; i < sent.Length; i++)
        {
            if (sent[i].Kind == 'R')
            {
                Assert.DoesNotContain(sent[i..], later => later.Kind == 'e' && later.Number <= sent[i].Zxid);
            }
        }
    }

    private static WatchEvent At(long zxid) => new(WatchEventType.DataChanged, "/a", new Zxid(zxid));

    /// <summary>One connection and the tree behind it, in one thread; drains run when a step says so.</summary>
    private sealed class Run
    {
        private readonly RecordingSink _sink = new();
        private readonly Queue<Action> _scheduled = new();
        private readonly Outbox _outbox;
        private readonly List<(OutboxSlot Slot, long Tag)> _toEvaluate = [];
        private readonly List<(OutboxSlot Slot, long Zxid)> _toAnswer = [];
        private readonly List<long> _events = [];
        private readonly Dictionary<long, int> _replayed = [];
        private long _applied;
        private int _begun;

        public Run(int callsUntilFailure)
        {
            _outbox = new Outbox(_sink, _scheduled.Enqueue, eventsMax: 1_000);
            _sink.CallsUntilFailure = callsUntilFailure;
        }

        public void Step((Do What, int Which) step)
        {
            int callsBefore = _sink.Calls.Count;
            switch (step.What)
            {
                case Do.Begin:
                    _toEvaluate.Add((_outbox.Begin(_begun), _begun++));
                    break;
                case Do.Evaluate when _toEvaluate.Count > 0:
                    Evaluate(step.Which);
                    break;
                case Do.Commit:
                    _events.Add(++_applied);
                    _outbox.Event(At(_applied));
                    break;
                case Do.CommitUnwatched:
                    _applied++;
                    break;
                case Do.Answer when _toAnswer.Count > 0:
                    Answer(step.Which % _toAnswer.Count);
                    break;
                case Do.Drain when _scheduled.TryDequeue(out Action? drain):
                    Assert.Empty(_scheduled);
                    drain();
                    callsBefore = _sink.Calls.Count;
                    break;
                case Do.Break:
                    _outbox.Break("broken by the test");
                    break;
            }
            Assert.Equal(callsBefore, _sink.Calls.Count);
        }

        public void Finish()
        {
            while (_toEvaluate.Count > 0)
            {
                Evaluate(_toEvaluate.Count);
            }
            while (_toAnswer.Count > 0)
            {
                Answer(_toAnswer.Count / 2);
            }
            while (_scheduled.TryDequeue(out Action? drain))
            {
                drain();
            }
        }

        public void AssertEverythingLeft()
        {
            Assert.Equal(_events, _sink.Calls.Where(call => call.Kind == 'e').Select(call => call.Number));
            Assert.Equal(_begun, _sink.Calls.Count(call => call.Kind == 'R'));
            Assert.Equal(_replayed.Values.Sum(), _sink.Calls.Count(call => call.Kind == 'r'));
            Assert.True(_sink.Calls is [] or [.., { Kind: 'F' }]);
        }

        public void AssertOrder()
        {
            OutboxOrderTests.AssertOrder([.. _sink.Calls]);
            for (int i = 0; i < _sink.Calls.Count; i++)
            {
                RecordingSink.Sent call = _sink.Calls[i];
                if (call.Kind == 'R')
                {
                    int replayed = _replayed.GetValueOrDefault(call.Number);
                    Assert.Equal(replayed, _sink.Calls.Take(i).Reverse().TakeWhile(earlier => earlier.Kind is 'r').Count());
                }
                Assert.True(call.Kind != 'B' || i == _sink.Calls.Count - 1);
            }
        }

        // In the order of the requests, at the newest state; every fifth request is a replay.
        private void Evaluate(int which)
        {
            (OutboxSlot slot, long tag) = _toEvaluate[0];
            _toEvaluate.RemoveAt(0);
            if (which % 5 == 0)
            {
                _replayed[tag] = which % 3;
                for (int i = 0; i < which % 3; i++)
                {
                    _outbox.EventReplayed(slot, At(_applied));
                }
            }
            _toAnswer.Add((slot, _applied));
        }

        private void Answer(int index)
        {
            (OutboxSlot slot, long zxid) = _toAnswer[index];
            _toAnswer.RemoveAt(index);
            _outbox.Complete(slot, new ZNodeReply { Zxid = new Zxid(zxid) });
        }
    }
}
