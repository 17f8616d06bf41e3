namespace StreamCoord.Grains.Tests.Replicas;

/// <summary>A silo's lifecycle that a test takes as far as it needs.</summary>
internal sealed class FirstStages : ISiloLifecycle
{
    private readonly List<(int Stage, ILifecycleObserver Observer)> _observers = [];

    public int HighestCompletedStage { get; private set; }

    public int LowestStoppedStage => int.MaxValue;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        _observers.Add((stage, observer));
        return new CancellationTokenSource();
    }

    /// <summary>Starts all that subscribed to a stage up to this one.</summary>
    public async Task StartAsync(int lastStage)
    {
        foreach ((int _, ILifecycleObserver observer) in _observers.Where(each => each.Stage <= lastStage).OrderBy(each => each.Stage))
        {
            await observer.OnStart(CancellationToken.None);
        }
        HighestCompletedStage = lastStage;
    }
}
