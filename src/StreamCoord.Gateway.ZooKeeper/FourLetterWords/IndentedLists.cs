using System.Text;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>Lists as four-letter words write them: a line for the head, and one with a tab for each entry. Pure.</summary>
internal static class IndentedLists
{
    /// <summary>The lists in their order.</summary>
    /// <param name="lists">Heads and entries.</param>
    /// <param name="headEnd">What stands behind a head.</param>
    public static string Write(IEnumerable<IGrouping<string, string>> lists, string headEnd)
    {
        var text = new StringBuilder();
        foreach (IGrouping<string, string> list in lists)
        {
            text.Append(list.Key).Append(headEnd).Append('\n');
            foreach (string entry in list)
            {
                text.Append('\t').Append(entry).Append('\n');
            }
        }
        return text.ToString();
    }
}
