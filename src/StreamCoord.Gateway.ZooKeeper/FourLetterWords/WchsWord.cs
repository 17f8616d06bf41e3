using System.Globalization;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>wchs: how many watches there are.</summary>
internal sealed class WchsWord(ICoordination coordination) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "wchs";

    /// <inheritdoc/>
    public async Task<string> AnswerAsync()
    {
        TreeDescription tree = await coordination.DescribeAsync();
        return string.Create(CultureInfo.InvariantCulture, $"{tree.WatcherCount} connections watching {tree.WatchedPathCount} paths\nTotal watches:{tree.WatchCount}\n");
    }
}
