using System.Text.RegularExpressions;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>
/// A place where the silo may answer otherwise than the reference, which is ZooKeeper 3.8.0: what each then says, and why. The list is complete; each is named where
/// it is met, and allows nothing anywhere else. A reference that answers as the silo does is right too.
/// </summary>
/// <param name="Why">The reason.</param>
/// <param name="Reference">What the reference's line must match.</param>
/// <param name="Ours">What the silo's line must match.</param>
internal sealed record KnownDifference(string Why, string Reference, string Ours)
{
    public static readonly KnownDifference ExistsAsksForReading =
        new("Since 3.8.4 and 3.9.2 exists asks for the right to read.", "xid=[0-9]+ zxid=current err=0 czxid=.*", "xid=[0-9]+ zxid=current err=-102");

    public static readonly KnownDifference DeleteContainerIsTheServersOwn =
        new("3.8.0 reads the body of deleteContainer wrongly; clients have no business with it, and are told so.", "xid=[0-9]+ zxid=z[0-9]+ err=-8", "xid=[0-9]+ zxid=z[0-9]+ err=-[68]");

    public bool Allows(string reference, string ours) => Matches(Reference, reference) && Matches(Ours, ours);

    private static bool Matches(string pattern, string line) => Regex.IsMatch(line, $"^[^:]+: {pattern}$");
}
