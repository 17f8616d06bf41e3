using System.Text;
using StreamCoord.Client.Coordination;
using StreamCoord.ZNodes;

namespace StreamCoord.Client.Recipes;

/// <summary>
/// One place in a line of sequential ephemeral znodes, laid out as kazoo does: <c>{32 hexadecimal digits}{kind}{counter}</c>, with who it is as data. Each waits for the one before it alone, so that whoever leaves wakes one. For one
/// caller at a time.
/// </summary>
/// <param name="session">Whose place it is.</param>
/// <param name="path">Where the line is.</param>
/// <param name="kind">What this one is, such as <c>__lock__</c>.</param>
/// <param name="rivals">The kinds that it waits for.</param>
/// <param name="identifier">Shown to people who ask who is in the line.</param>
internal sealed class Contender(ZNodeSession session, string path, string kind, string[] rivals, string identifier)
{
    private const int CounterDigits = 10;

    private readonly string _prefix = $"{Guid.NewGuid():N}{kind}";
    private string? _own;

    /// <summary>Stands in the line until it is this one's turn.</summary>
    /// <param name="changed">Told once of a change of its znode after that.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its znode, and the transaction that created it.</returns>
    /// <exception cref="OperationCanceledException">Given up; it has left the line.</exception>
    /// <exception cref="ZNodeException">Refused, or the session is over.</exception>
    public async Task<(string Path, Zxid Czxid)> AwaitTurnAsync(Action<WatchEvent> changed, CancellationToken cancellationToken)
    {
        try
        {
            _own = await EnterAsync(cancellationToken).ConfigureAwait(false);
            while (true)
            {
                IReadOnlyList<string> line = await session.GetChildrenAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
                if (!line.Contains(_own))
                {
                    // Somebody has cleared the line.
                    _own = null;
                    _own = await EnterAsync(cancellationToken).ConfigureAwait(false);
                }
                else if (FindBefore(_own, line) is { } before)
                {
                    await AwaitChangeAsync($"{path}/{before}", cancellationToken).ConfigureAwait(false);
                }
                else if (await session.ExistsAsync($"{path}/{_own}", changed, cancellationToken).ConfigureAwait(false) is { } stat)
                {
                    return ($"{path}/{_own}", stat.Czxid);
                }
            }
        }
        catch
        {
            await LeaveAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Leaves the line, wherever it stands. When nobody answers while the session lasts, its end does so.</summary>
    public async Task LeaveAsync()
    {
        try
        {
            if ((_own ?? await FindOwnAsync(CancellationToken.None).ConfigureAwait(false)) is { } own)
            {
                await session.EnsureDeletedAsync($"{path}/{own}").ConfigureAwait(false);
            }
        }
        catch (ZNodeException failure) when (failure.Error is ZNodeError.NoNode or ZNodeError.SessionExpired)
        {
            // It has left.
        }
    }

    /// <summary>Who stands in the line, in its order.</summary>
    public static async Task<IReadOnlyList<string>> ListAsync(ZNodeSession session, string path, string[] kinds, CancellationToken cancellationToken)
    {
        List<string> identifiers = [];
        try
        {
            foreach (string name in (await session.GetChildrenAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false)).Where(name => IsOf(name, kinds)).OrderBy(CounterOf, StringComparer.Ordinal))
            {
                if (await TryReadAsync(session, $"{path}/{name}", cancellationToken).ConfigureAwait(false) is { } identifier)
                {
                    identifiers.Add(identifier);
                }
            }
        }
        catch (ZNodeException failure) when (failure.Error == ZNodeError.NoNode)
        {
            // Nobody was here yet.
        }
        return identifiers;
    }

    private static async Task<string?> TryReadAsync(ZNodeSession session, string znode, CancellationToken cancellationToken)
    {
        try
        {
            return (await session.GetAsync(znode, cancellationToken: cancellationToken).ConfigureAwait(false)).Text ?? "";
        }
        catch (ZNodeException failure) when (failure.Error == ZNodeError.NoNode)
        {
            return null;
        }
    }

    private static bool IsOf(string name, string[] kinds) => name.Length > CounterDigits && Array.Exists(kinds, kind => name.AsSpan(0, name.Length - CounterDigits).EndsWith(kind));

    private static string CounterOf(string name) => name[^CounterDigits..];

    private async Task<string> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                (string created, _) = await session.CreateAsync($"{path}/{_prefix}", Encoding.UTF8.GetBytes(identifier), CreateMode.EphemeralSequential, cancellationToken: cancellationToken).ConfigureAwait(false);
                return created[(path.Length + 1)..];
            }
            catch (ZNodeException failure) when (failure.Error == ZNodeError.NoNode)
            {
                await session.EnsurePathAsync(path, cancellationToken).ConfigureAwait(false);
            }
            catch (ZNodeException failure) when (ZNodeErrors.IsUnknown(failure.Error))
            {
                if (await FindOwnAsync(cancellationToken).ConfigureAwait(false) is { } own)
                {
                    return own;
                }
            }
        }
    }

    // What was created, and nobody said so, is known by its digits.
    private async Task<string?> FindOwnAsync(CancellationToken cancellationToken)
    {
        await session.SyncAsync(cancellationToken).ConfigureAwait(false);
        return (await session.GetChildrenAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false)).FirstOrDefault(name => name.StartsWith(_prefix, StringComparison.Ordinal));
    }

    private string? FindBefore(string own, IReadOnlyList<string> line) =>
        line.Where(name => IsOf(name, rivals) && string.CompareOrdinal(CounterOf(name), CounterOf(own)) < 0).MaxBy(CounterOf, StringComparer.Ordinal);

    private async Task AwaitChangeAsync(string before, CancellationToken cancellationToken)
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await session.GetAsync(before, _ => changed.TrySetResult(), cancellationToken).ConfigureAwait(false);
        }
        catch (ZNodeException failure) when (failure.Error == ZNodeError.NoNode)
        {
            return;
        }
        using CancellationTokenRegistration lost = session.Lost.Register(() => changed.TrySetResult());
        await changed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
