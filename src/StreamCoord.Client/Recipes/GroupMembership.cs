using System.Text;
using StreamCoord.ZNodes;

namespace StreamCoord.Client.Recipes;

/// <summary>Who is there: each member by an ephemeral znode, which goes with its session. The same as kazoo's <c>Party</c> on the same path. Safe for concurrent use.</summary>
/// <param name="session">With its end the membership is over.</param>
/// <param name="path">Where the group is; made when it is missing.</param>
public sealed class GroupMembership(ZNodeSession session, string path)
{
    private const string Kind = "__party__";

    /// <summary>Joins, until what is returned is disposed or the session ends.</summary>
    /// <param name="identifier">What the others see, such as an address.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ZNodeException">Refused, or the session is over.</exception>
    public async Task<IAsyncDisposable> JoinAsync(string identifier, CancellationToken cancellationToken = default)
    {
        string member = $"{path}/{Guid.NewGuid():N}{Kind}";
        await session.EnsurePathAsync(path, cancellationToken).ConfigureAwait(false);
        await session.EnsureAsync(member, Encoding.UTF8.GetBytes(identifier), CreateMode.Ephemeral, cancellationToken).ConfigureAwait(false);
        return new Membership(session, member);
    }

    /// <summary>The identifiers of the members, in no order.</summary>
    /// <param name="changed">Told once, when somebody has joined or left. On a thread that must not be held up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ZNodeException">Refused, or the session is over.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(Action<WatchEvent>? changed = null, CancellationToken cancellationToken = default)
    {
        await session.EnsurePathAsync(path, cancellationToken).ConfigureAwait(false);
        List<string> members = [];
        foreach (string name in await session.GetChildrenAsync(path, changed, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                members.AddRange(name.Contains(Kind, StringComparison.Ordinal) ? [(await session.GetAsync($"{path}/{name}", cancellationToken: cancellationToken).ConfigureAwait(false)).Text ?? ""] : Array.Empty<string>());
            }
            catch (ZNodeException failure) when (failure.Error == ZNodeError.NoNode)
            {
                // It has left meanwhile.
            }
        }
        return members;
    }

    private sealed class Membership(ZNodeSession session, string member) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (!session.Lost.IsCancellationRequested)
            {
                await session.EnsureDeletedAsync(member).ConfigureAwait(false);
            }
        }
    }
}
