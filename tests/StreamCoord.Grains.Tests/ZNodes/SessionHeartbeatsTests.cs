using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes;

/// <summary>The signs of life that a silo passes on to the sequencer.</summary>
public sealed class SessionHeartbeatsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task ACallThatEndsAsCancelled_EndsNoLaterOnes()
    {
        int calls = 0;
        var again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TreeSilo silo = await TreeSilo.StartAsync(new TreeSiloOptions
        {
            ZNodes = new ZNodeOptions { TickTimeMs = 20 },
            Silo = builder => builder.AddIncomingGrainCallFilter(context =>
            {
                if (context.InterfaceMethod?.Name == nameof(IZNodeTreeGrain.Touch))
                {
                    if (Interlocked.Increment(ref calls) == 1)
                    {
                        // As Orleans answers when the activation that the call began could not be made.
                        throw new TaskCanceledException();
                    }
                    again.TrySetResult();
                }
                return context.Invoke();
            }),
        });
        ZNodeCaller caller = await silo.OpenSessionAsync();

        silo.Tree.Touch(caller.Session);

        await again.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
    }
}
