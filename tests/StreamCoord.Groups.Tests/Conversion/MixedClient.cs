using StreamCoord.Groups.Consumer;
using StreamCoord.Groups.Tests.Consumer;

namespace StreamCoord.Groups.Tests.Conversion;

/// <summary>A place for processes, one after the other, that may speak either protocol.</summary>
internal sealed class MixedClient(int number, MixedHarness group, Random random, bool isCooperative)
{
    private readonly SimulatedConsumer _consumer = new(number, group, random);
    private SimulatedGuest _guest = new(number, group, isCooperative);

    /// <summary>True when it speaks the protocol of KIP-848.</summary>
    public bool IsConsumer { get; private set; }

    public string[] Topics { get; private set; } = [];

    public string Id => IsConsumer ? _consumer.Id : _guest.Id;

    public PartitionSet Owned => IsConsumer ? _consumer.Owned : _guest.Owned;

    public void Start(bool isConsumer, string[] topics)
    {
        IsConsumer = isConsumer;
        _guest = new SimulatedGuest(number, group, isCooperative);
        Subscribe(topics);
    }

    /// <summary>A static member reads the same as long as it lives: what it reads otherwise after a restart, classic groups learn with the next generation.</summary>
    public void Subscribe(string[] topics)
    {
        Topics = _guest.InstanceId is not null && Topics.Length > 0 ? Topics : topics;
        _consumer.Subscribe(Topics);
        _guest.Subscribe(Topics);
    }

    public void Die() => _consumer.Die();

    public void Leave()
    {
        if (IsConsumer)
        {
            _consumer.Leave();
            return;
        }
        _guest.Leave();
    }

    public void Watch()
    {
        _consumer.Watch();
        _guest.Watch();
    }

    public void Step(bool answerIsLost)
    {
        if (!IsConsumer)
        {
            _guest.Step(answerIsLost);
            return;
        }
        if (random.Next(3) > 0)
        {
            _consumer.Revoke();
        }
        _consumer.Beat(answerIsLost);
    }
}
