using System.Globalization;
using StreamCoord.Cluster.Tests.Load;

namespace StreamCoord.Cluster.Tests.Checking;

/// <summary>
/// Whether a lock has kept its holders apart: in the order in which the fenced writes were carried out their tokens never fall, so nobody has written after the next holder had; and that order fits real time and what the
/// writers were told.
/// </summary>
internal static class FencingCheck
{
    /// <summary>What is wrong, or null.</summary>
    /// <param name="written">The names of what was written, in its order.</param>
    /// <param name="told">What the writers have heard.</param>
    public static string? FindProblem(IReadOnlyList<string> written, IReadOnlyCollection<FencedWrite> told)
    {
        // Behind the writer's name there is the number that the tree has given to the write.
        string[] names = [.. written.Select(name => name[..name.LastIndexOf('-')])];
        Dictionary<string, int> places = [];
        for (int i = 0; i < names.Length; i++)
        {
            if (!places.TryAdd(names[i], i))
            {
                return $"{written[i]} was written twice, before as {written[places[names[i]]]}.";
            }
            if (i > 0 && TokenOf(names[i]) < TokenOf(names[i - 1]))
            {
                return $"{written[i]} was written although {written[i - 1]} had been.";
            }
        }
        return FindLie(places, told) ?? FindWrongOrder(places, told);
    }

    private static string? FindLie(Dictionary<string, int> places, IReadOnlyCollection<FencedWrite> told)
    {
        HashSet<string> sent = [.. told.Select(one => one.Name)];
        return told.FirstOrDefault(one => one.Outcome == FencedOutcome.Written && !places.ContainsKey(one.Name)) is { } lost ? $"{lost} is lost."
            : told.FirstOrDefault(one => one.Outcome == FencedOutcome.Refused && places.ContainsKey(one.Name)) is { } refused ? $"{refused} was written."
            : places.Keys.FirstOrDefault(name => !sent.Contains(name)) is { } unknown ? $"{unknown} was written by nobody."
            : null;
    }

    // Whoever begins after another has ended comes behind it.
    private static string? FindWrongOrder(Dictionary<string, int> places, IReadOnlyCollection<FencedWrite> told)
    {
        FencedWrite[] byBegin = [.. told.Where(one => one.Outcome == FencedOutcome.Written).OrderBy(one => one.Began)];
        FencedWrite[] byEnd = [.. byBegin.OrderBy(one => one.Ended)];
        FencedWrite? newest = null;
        int next = 0;
        foreach (FencedWrite one in byBegin)
        {
            for (; next < byEnd.Length && byEnd[next].Ended < one.Began; next++)
            {
                newest = newest is null || places[byEnd[next].Name] > places[newest.Name] ? byEnd[next] : newest;
            }
            if (newest is not null && places[one.Name] < places[newest.Name])
            {
                return $"{one} began after {newest} had ended, and comes before it.";
            }
        }
        return null;
    }

    private static long TokenOf(string name) => long.Parse(name.Split('-')[0], CultureInfo.InvariantCulture);
}
