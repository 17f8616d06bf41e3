using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>wchp: which sessions watch a znode. Not on the list of words by default: it may be long.</summary>
internal sealed class WchpWord(ICoordination coordination) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "wchp";

    /// <inheritdoc/>
    public Task<string> AnswerAsync() => Task.FromResult(
        IndentedLists.Write(coordination.ListDataWatches().GroupBy(watch => watch.Path, watch => watch.Session.ToString()), headEnd: "") + "\n");
}
