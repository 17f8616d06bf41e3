using CsCheck;
using StreamCoord.Coordination.Sessions;

namespace StreamCoord.Coordination.Tests.Sessions;

public sealed class SessionTrackerTests
{
    private const int TickMs = 100;
    private const int StepMs = 10;
    private static readonly SessionId A = new(0xa), B = new(0xb);

    private enum Do
    {
        Add,
        Touch,
        Remove,
        RestartAll,
        Advance,
    }

    [Theory]
    [InlineData(200)]
    [InlineData(250)]
    [InlineData(299)]
    [InlineData(2_000)]
    public void A_session_lives_for_its_timeout_and_at_most_one_tick_more(int timeoutMs)
    {
        for (int beginMs = 0; beginMs < 2 * TickMs; beginMs += StepMs)
        {
            var tracker = new SessionTracker(TickMs, 0);
            AdvanceTo(tracker, 0, beginMs - StepMs);
            tracker.Add(A, timeoutMs);
            long endMs = beginMs - StepMs;
            do
            {
                endMs += StepMs;
            }
            while (tracker.Advance(endMs) is []);
            Assert.InRange(endMs - beginMs, timeoutMs + 1, timeoutMs + TickMs);
        }
    }

    [Fact]
    public void Signs_of_life_keep_a_session()
    {
        var tracker = new SessionTracker(TickMs, 0);
        tracker.Add(A, 200);
        tracker.Add(B, 200);
        for (long nowMs = 0; nowMs < 5_000; nowMs += 50)
        {
            Assert.True(tracker.Touch(A));
            Assert.Equal(nowMs == 300 ? [B] : [], tracker.Advance(nowMs));
        }
        Assert.False(tracker.Touch(B));
        Assert.Equal((1, true, false), (tracker.Count, tracker.Contains(A), tracker.Contains(B)));
    }

    [Fact]
    public void A_session_ends_when_the_list_says_so()
    {
        var tracker = new SessionTracker(TickMs, 0);
        tracker.Advance(30);
        tracker.Add(A, 250);
        tracker.Add(B, 1_000);
        Assert.Equal([(A, 270), (B, 1_070)], tracker.List().OrderBy(one => one.Session.Value));
        AdvanceTo(tracker, 40, 290);
        Assert.Equal([(A, 10), (B, 810)], tracker.List().OrderBy(one => one.Session.Value));
        tracker.Touch(B);
        Assert.Equal([A], tracker.Advance(300));
        Assert.Equal([(B, 1_100)], tracker.List());
    }

    [Fact]
    public void A_pause_is_not_held_against_the_clients()
    {
        var tracker = new SessionTracker(TickMs, 0);
        tracker.Add(A, 200);
        tracker.Advance(0);
        Assert.Empty(tracker.Advance(90));
        Assert.Empty(tracker.Advance(1_000_000));
        tracker.Touch(A);
        Assert.Empty(tracker.Advance(1_000_100));
        Assert.Empty(tracker.Advance(1_000_200));
        Assert.Empty(tracker.Advance(1_000_300));
        Assert.Equal([A], tracker.Advance(1_000_400));
    }

    [Fact]
    public void Time_that_is_set_back_stands_still_for_once()
    {
        var tracker = new SessionTracker(TickMs, 5_000);
        tracker.Add(A, 200);
        tracker.Advance(5_000);
        Assert.Empty(tracker.Advance(1_000));
        Assert.Empty(tracker.Advance(1_100));
        Assert.Empty(tracker.Advance(1_200));
        Assert.Equal([A], tracker.Advance(1_300));
    }

    [Fact]
    public void A_restart_gives_every_session_its_full_timeout()
    {
        var tracker = new SessionTracker(TickMs, 0);
        tracker.Add(A, 200);
        tracker.Add(B, 900);
        AdvanceTo(tracker, 0, 290);
        tracker.RestartAll();
        AdvanceTo(tracker, 300, 590);
        Assert.Equal(2, tracker.Count);
        Assert.Equal([A], tracker.Advance(600));
        AdvanceTo(tracker, 610, 1_290);
        Assert.Equal([B], tracker.Advance(1_300));
    }

    [Fact]
    public void A_new_timeout_takes_the_place_of_the_old()
    {
        var tracker = new SessionTracker(TickMs, 0);
        tracker.Add(A, 1_000);
        AdvanceTo(tracker, 0, 100);
        tracker.Add(A, 200);
        Assert.Equal((1, 200), (tracker.Count, tracker.TimeoutMsOf(A)));
        AdvanceTo(tracker, 110, 390);
        Assert.Equal([A], tracker.Advance(400));
        AdvanceTo(tracker, 410, 2_000);
    }

    [Fact]
    public void A_session_that_comes_back_lives_anew()
    {
        var tracker = new SessionTracker(TickMs, 0);
        tracker.Add(A, 200);
        AdvanceTo(tracker, 0, 150);
        Assert.True(tracker.Remove(A));
        Assert.False(tracker.Remove(A));
        Assert.False(tracker.Touch(A));
        tracker.Add(A, 200);
        AdvanceTo(tracker, 160, 390);
        Assert.Equal([A], tracker.Advance(400));
    }

    [Fact]
    public void One_connection_owns_a_session()
    {
        var tracker = new SessionTracker(TickMs, 0);
        tracker.Add(A, 200);
        Assert.True(tracker.IsOwner(A, 1));
        Assert.True(tracker.Own(A, 1));
        Assert.Equal((true, false, true), (tracker.IsOwner(A, 1), tracker.IsOwner(A, 2), tracker.IsOwner(A, 0)));
        Assert.True(tracker.Own(A, 2));
        Assert.Equal((false, true), (tracker.IsOwner(A, 1), tracker.IsOwner(A, 2)));
        tracker.Add(A, 300);
        Assert.False(tracker.IsOwner(A, 1));

        Assert.False(tracker.Own(B, 1));
        Assert.Equal((false, true), (tracker.IsOwner(B, 1), tracker.IsOwner(B, 0)));
        tracker.Remove(A);
        tracker.Add(A, 200);
        Assert.True(tracker.IsOwner(A, 1));
    }

    [Fact]
    public void A_hundred_thousand_sessions_are_light()
    {
        const int Count = 100_000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        var tracker = new SessionTracker(TickMs, 0);
        for (int i = 1; i <= Count; i++)
        {
            tracker.Add(new SessionId(i), 400);
        }
        tracker.Advance(0);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 250L * Count);

        before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i <= Count; i++)
        {
            tracker.Touch(new SessionId(i));
        }
        tracker.Advance(50);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000);
        Assert.Equal(Count, AdvanceTo(tracker, 60, 500).Count);
    }

    [Fact]
    public void A_session_that_often_changes_its_timeout_leaves_nothing_behind()
    {
        const int Rounds = 3_000;
        var tracker = new SessionTracker(TickMs, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
        {
            tracker.Add(A, i % 2 == 0 ? 1_000 : 200);
            tracker.Advance(i * 50);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100L * Rounds);
    }

    /// <summary>Random lives, at random times, against a list of deadlines.</summary>
    [Fact]
    public void Sessions_end_when_a_naive_list_says_so()
    {
        Gen<(Do What, int Who, int Ms)> step = Gen.Select(
            Gen.Frequency((3, Gen.Const(Do.Add)), (6, Gen.Const(Do.Touch)), (1, Gen.Const(Do.Remove)), (1, Gen.Const(Do.RestartAll)), (10, Gen.Const(Do.Advance))),
            Gen.Int[1, 5], Gen.OneOf(Gen.Int[0, 130], Gen.Int[-500, 5_000]));
        step.Array[1, 120].Sample(
            steps =>
            {
                var tracker = new SessionTracker(TickMs, 1_000);
                var model = new Model(1_000);
                foreach ((Do what, int who, int ms) in steps)
                {
                    var session = new SessionId(who);
                    switch (what)
                    {
                        case Do.Add:
                            tracker.Add(session, Math.Max(1, ms));
                            model.Add(session, Math.Max(1, ms));
                            break;
                        case Do.Touch:
                            Assert.Equal(model.Touch(session), tracker.Touch(session));
                            break;
                        case Do.Remove:
                            Assert.Equal(model.Remove(session), tracker.Remove(session));
                            break;
                        case Do.RestartAll:
                            tracker.RestartAll();
                            model.RestartAll();
                            break;
                        default:
                            model.AdvanceBy(ms);
                            Assert.Equal(model.TakeEnded(), tracker.Advance(model.NowMs).OrderBy(ended => ended.Value));
                            break;
                    }
                    Assert.Equal(model.Count, tracker.Count);
                    Assert.All(Enumerable.Range(1, 5).Select(i => new SessionId(i)), one => Assert.Equal(model.Contains(one), tracker.Contains(one)));
                }
            },
            iter: 5_000);
    }

    private static List<SessionId> AdvanceTo(SessionTracker tracker, long fromMs, long toMs)
    {
        var ended = new List<SessionId>();
        for (long nowMs = fromMs; nowMs <= toMs; nowMs += StepMs)
        {
            ended.AddRange(tracker.Advance(nowMs));
        }
        return ended;
    }

    /// <summary>Deadlines, each the first tick that begins after the timeout, counted from the first advance after the sign of life.</summary>
    private sealed class Model(long nowMs)
    {
        private readonly Dictionary<SessionId, (int TimeoutMs, long? DeadlineMs)> _sessions = [];
        private long _clockMs;

        public long NowMs { get; private set; } = nowMs;

        public int Count => _sessions.Count;

        public void Add(SessionId session, int timeoutMs) => _sessions[session] = (timeoutMs, null);

        public bool Contains(SessionId session) => _sessions.ContainsKey(session);

        public bool Touch(SessionId session)
        {
            bool isKnown = _sessions.TryGetValue(session, out (int TimeoutMs, long? DeadlineMs) known);
            if (isKnown)
            {
                _sessions[session] = (known.TimeoutMs, null);
            }
            return isKnown;
        }

        public bool Remove(SessionId session) => _sessions.Remove(session);

        public void RestartAll() => Array.ForEach([.. _sessions.Keys], session => Touch(session));

        public void AdvanceBy(int ms)
        {
            NowMs += ms;
            _clockMs += ms < 0 ? 0 : Math.Min(ms, TickMs);
            foreach ((SessionId session, (int timeoutMs, long? deadlineMs)) in _sessions.ToArray())
            {
                long firstTickAfter = 0;
                while (firstTickAfter <= _clockMs + timeoutMs)
                {
                    firstTickAfter += TickMs;
                }
                _sessions[session] = (timeoutMs, deadlineMs ?? firstTickAfter);
            }
        }

        public SessionId[] TakeEnded()
        {
            SessionId[] ended = [.. _sessions.Where(session => session.Value.DeadlineMs <= _clockMs).Select(session => session.Key).OrderBy(session => session.Value)];
            Array.ForEach(ended, session => _sessions.Remove(session));
            return ended;
        }
    }
}
