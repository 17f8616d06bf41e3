using System.Globalization;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>dirs: how much the tree takes on the disk: its log, for snapshots and transaction log are one.</summary>
internal sealed class DirsWord(ICoordination coordination) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "dirs";

    /// <inheritdoc/>
    public async Task<string> AnswerAsync()
    {
        TreeDescription tree = await coordination.DescribeAsync();
        return string.Create(CultureInfo.InvariantCulture, $"datadir_size: {tree.LogBytes}\nlogdir_size: {tree.LogBytes}\n");
    }
}
