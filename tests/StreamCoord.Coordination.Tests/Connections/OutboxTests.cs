using StreamCoord.Coordination.Connections;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Connections;

public sealed class OutboxTests
{
    private readonly RecordingSink _sink = new();
    private readonly Queue<Action> _scheduled = new();
    private readonly Outbox _outbox;

    public OutboxTests() => _outbox = new Outbox(_sink, _scheduled.Enqueue, eventsMax: 5);

    [Fact]
    public void Events_leave_at_once_while_no_request_is_open()
    {
        _outbox.Event(At(1));
        _outbox.Event(At(1));
        _outbox.Event(At(2));
        Assert.Empty(_sink.Calls);
        Assert.Equal("e1 e1 e2 F", Drained());
    }

    [Fact]
    public void Events_wait_for_an_open_request()
    {
        OutboxSlot slot = _outbox.Begin(7);
        _outbox.Event(At(1));
        _outbox.Event(At(3));
        Assert.Empty(_scheduled);
        _outbox.Complete(slot, Reply(2));
        Assert.Equal("e1 R7@2 e3 F", Drained());
    }

    [Fact]
    public void Replies_leave_in_the_order_of_their_requests()
    {
        OutboxSlot[] slots = [_outbox.Begin(1), _outbox.Begin(2), _outbox.Begin(3)];
        _outbox.Complete(slots[2], Reply(5));
        _outbox.Complete(slots[1], Reply(4));
        _outbox.Event(At(4));
        _outbox.Event(At(5));
        _outbox.Event(At(6));
        Assert.Empty(_scheduled);
        _outbox.Complete(slots[0], Reply(3));
        Assert.Equal("R1@3 e4 R2@4 e5 R3@5 e6 F", Drained());
    }

    [Fact]
    public void A_later_event_waits_for_the_next_reply()
    {
        OutboxSlot first = _outbox.Begin(1), second = _outbox.Begin(2);
        _outbox.Event(At(4));
        _outbox.Complete(first, Reply(3));
        Assert.Equal("R1@3 F", Drained());
        _outbox.Event(At(5));
        Assert.Empty(_scheduled);
        _outbox.Complete(second, Reply(4));
        Assert.Equal("R1@3 F e4 R2@4 e5 F", Drained());
    }

    [Fact]
    public void Replayed_events_stand_right_before_their_reply()
    {
        OutboxSlot first = _outbox.Begin(1), second = _outbox.Begin(2);
        _outbox.EventReplayed(second, At(2));
        _outbox.EventReplayed(second, At(1));
        _outbox.Event(At(8));
        _outbox.Complete(second, Reply(8));
        _outbox.Complete(first, Reply(7));
        Assert.Equal("R1@7 e8 r2 r1 R2@8 F", Drained());
    }

    [Fact]
    public void A_refusal_without_a_zxid_lets_no_event_pass()
    {
        OutboxSlot first = _outbox.Begin(1), second = _outbox.Begin(2);
        _outbox.Event(At(4));
        _outbox.Complete(first, ZNodeReply.Refused(ZNodeError.BadArguments, "no"));
        Assert.Equal("R1@0 F", Drained());
        _outbox.Complete(second, Reply(4));
        Assert.Equal("R1@0 F e4 R2@4 F", Drained());
    }

    [Fact]
    public void There_is_one_drain_at_a_time_and_none_without_work()
    {
        OutboxSlot slot = _outbox.Begin(1);
        Assert.Empty(_scheduled);
        _outbox.Complete(slot, Reply(1));
        _outbox.Event(At(2));
        _outbox.Event(At(3));
        Assert.Single(_scheduled);
        _sink.During = sent =>
        {
            if (sent.Kind == 'F' && _sink.Calls.Count < 6)
            {
                _outbox.Event(At(4));
                Assert.Empty(_scheduled);
            }
        };
        Assert.Equal("R1@1 e2 e3 F e4 F", Drained());
    }

    [Fact]
    public void A_long_drain_flushes_on_its_way()
    {
        for (int i = 0; i < 1_500; i++)
        {
            _outbox.Complete(_outbox.Begin(i), Reply(1));
        }
        Drained();
        Assert.Equal([1_024, 1_501], _sink.Calls.Select((call, i) => (call.Kind, i)).Where(call => call.Kind == 'F').Select(call => call.i));
    }

    [Fact]
    public void A_break_drops_what_has_not_left_and_ends_everything()
    {
        OutboxSlot slot = _outbox.Begin(1), open = _outbox.Begin(2);
        _outbox.Complete(slot, Reply(3));
        _outbox.Event(At(2));
        _sink.During = sent => _outbox.Break(sent.Kind == 'e' ? "first" : "second");
        Assert.Equal("e2 B", Drained());
        Assert.Equal("first", _sink.Calls[^1].Reason);

        _outbox.EventReplayed(open, At(3));
        _outbox.Complete(open, Reply(4));
        _outbox.Complete(_outbox.Begin(3), Reply(5));
        _outbox.Event(At(1));
        _outbox.Break("third");
        Assert.Equal("e2 B", Drained());
    }

    [Fact]
    public void A_break_of_an_idle_connection_is_told()
    {
        _outbox.Begin(1);
        _outbox.Break("because");
        Assert.Equal("B", Drained());
        Assert.Equal("because", _sink.Calls[0].Reason);
    }

    [Fact]
    public void Closing_ends_everything_without_a_word()
    {
        OutboxSlot open = _outbox.Begin(1);
        _outbox.Event(At(1));
        _outbox.Break("because");
        _outbox.Close();
        _outbox.Break("again");
        _outbox.Complete(open, Reply(1));
        Assert.Equal("", Drained());
    }

    [Theory]
    [InlineData(0, "e1 B")]
    [InlineData(1, "e1 R1@1 B")]
    [InlineData(2, "e1 R1@1 e2 B")]
    [InlineData(3, "e1 R1@1 e2 F B")]
    public void A_sink_that_throws_breaks_the_connection(int callsUntilFailure, string expected)
    {
        _sink.CallsUntilFailure = callsUntilFailure;
        _outbox.Complete(_outbox.Begin(1), Reply(1));
        _outbox.Event(At(1));
        _outbox.Event(At(2));
        Assert.Equal(expected, Drained());
        Assert.Equal("The connection cannot be written to: the socket is gone", _sink.Calls[^1].Reason);
    }

    [Fact]
    public void A_sink_that_throws_at_the_end_too_is_left_alone()
    {
        _sink.CallsUntilFailure = 0;
        _outbox.Break("because");
        Assert.Equal("B", Drained());
    }

    [Fact]
    public void Too_many_waiting_events_break_the_connection()
    {
        OutboxSlot open = _outbox.Begin(1);
        for (int i = 0; i < 5; i++)
        {
            _outbox.Event(At(i));
        }
        Assert.Equal("", Drained());
        _outbox.Event(At(5));
        _outbox.Complete(open, Reply(9));
        Assert.Equal("B", Drained());
        Assert.Equal("The client does not keep up: 5 events wait for it.", _sink.Calls[0].Reason);
    }

    [Fact]
    public void Mistakes_of_the_caller_are_found()
    {
        OutboxSlot slot = _outbox.Begin(1);
        _outbox.Complete(slot, Reply(1));
        Assert.Throws<InvariantBrokenException>(() => _outbox.Complete(slot, Reply(1)));
        Assert.Throws<InvariantBrokenException>(() => _outbox.EventReplayed(slot, At(1)));
        _outbox.Event(At(2));
        Assert.Throws<InvariantBrokenException>(() => _outbox.Event(At(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Outbox(_sink, _scheduled.Enqueue, 0));
    }

    private static WatchEvent At(long zxid) => new(WatchEventType.DataChanged, "/a", new Zxid(zxid));

    private static ZNodeReply Reply(long zxid) => new() { Zxid = new Zxid(zxid) };

    private string Drained()
    {
        while (_scheduled.TryDequeue(out Action? drain))
        {
            drain();
        }
        return _sink.Text;
    }
}
