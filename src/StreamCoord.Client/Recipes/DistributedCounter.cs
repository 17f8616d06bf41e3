using System.Globalization;
using System.Text;
using StreamCoord.ZNodes;

namespace StreamCoord.Client.Recipes;

/// <summary>A number that all processes add to, each addition as a whole. The same as kazoo's <c>Counter</c> of whole numbers on the same path. Safe for concurrent use.</summary>
/// <param name="session">The way to it.</param>
/// <param name="path">Where it is; made when it is missing, and 0 then.</param>
public sealed class DistributedCounter(ZNodeSession session, string path)
{
    /// <summary>Its value.</summary>
    /// <exception cref="ZNodeException">Refused, or the session is over.</exception>
    /// <exception cref="FormatException">The znode holds something else than a whole number.</exception>
    public async Task<long> GetAsync(CancellationToken cancellationToken = default) => (await ReadAsync(cancellationToken).ConfigureAwait(false)).Value;

    /// <summary>Adds to it.</summary>
    /// <returns>The value after this addition.</returns>
    /// <exception cref="ZNodeException">Refused; or <see cref="ZNodeError.ConnectionLoss"/>: it may be added or not.</exception>
    /// <exception cref="FormatException">The znode holds something else than a whole number.</exception>
    /// <exception cref="OverflowException">The sum is too large.</exception>
    public async Task<long> AddAsync(long amount, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            (long value, int version) = await ReadAsync(cancellationToken).ConfigureAwait(false);
            long sum = checked(value + amount);
            try
            {
                await session.SetAsync(path, sum.ToString(CultureInfo.InvariantCulture), version, cancellationToken).ConfigureAwait(false);
                return sum;
            }
            catch (ZNodeException failure) when (failure.Error == ZNodeError.BadVersion)
            {
                // Somebody else was faster.
            }
        }
    }

    private async Task<(long Value, int Version)> ReadAsync(CancellationToken cancellationToken)
    {
        ZNodeData data;
        try
        {
            data = await session.GetAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (ZNodeException failure) when (failure.Error == ZNodeError.NoNode)
        {
            await session.EnsurePathAsync(path, cancellationToken).ConfigureAwait(false);
            data = await session.GetAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        string text = data.Data is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "";
        return long.TryParse(text.Length == 0 ? "0" : text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? (value, data.Stat.Version)
            : throw new FormatException($"The znode {path} holds '{text}', which is no whole number. Take another path for the counter.");
    }
}
