namespace StreamCoord.Grains.Tests.Topics;

/// <summary>
/// Counts the steps that leave something behind (writes to the database, calls to partitions) and makes one of them fail,
/// before or after it has been carried out. Safe for concurrent use.
/// </summary>
public sealed class FaultPlan
{
    private readonly Lock _lock = new();
    private int _stepsToFailure = int.MaxValue;
    private bool _carryOut;
    private Task? _once;

    /// <summary>True once a step has failed since <see cref="FailStep"/>.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Lets <paramref name="step"/> steps pass and fails the next one, and all after it, as a process that is gone would.</summary>
    public void FailStep(int step, bool carryOut)
    {
        lock (_lock)
        {
            (_stepsToFailure, _carryOut, _once, HasFailed) = (step, carryOut, null, false);
        }
    }

    /// <summary>The next step waits for something and fails then, and none after it.</summary>
    public void FailOnce(Task when)
    {
        lock (_lock)
        {
            (_stepsToFailure, _carryOut, _once, HasFailed) = (0, false, when, false);
        }
    }

    /// <summary>From now on nothing fails.</summary>
    public void Heal() => FailStep(int.MaxValue, carryOut: false);

    public async Task RunAsync(Func<Task> step)
    {
        bool fails;
        bool first;
        lock (_lock)
        {
            fails = _stepsToFailure == 0;
            first = fails && !HasFailed;
            HasFailed |= fails;
            _stepsToFailure = fails && _once is not null ? int.MaxValue : fails || _stepsToFailure == int.MaxValue ? _stepsToFailure : _stepsToFailure - 1;
        }
        if (!fails || (first && _carryOut))
        {
            await step();
        }
        if (fails)
        {
            await (_once ?? Task.CompletedTask);
            throw new InjectedFaultException();
        }
    }
}

public sealed class InjectedFaultException() : Exception("Injected by the test.");
