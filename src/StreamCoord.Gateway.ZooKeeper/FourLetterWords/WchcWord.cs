using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>wchc: what each session watches. Not on the list of words by default: it may be long.</summary>
internal sealed class WchcWord(ICoordination coordination) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "wchc";

    /// <inheritdoc/>
    public Task<string> AnswerAsync() => Task.FromResult(
        IndentedLists.Write(coordination.ListDataWatches().GroupBy(watch => watch.Session.ToString(), watch => watch.Path), headEnd: "") + "\n");
}
