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
        new("3.8.0 reads the body of deleteContainer wrongly; clients have no business with it, and are told so.", "xid=[0-9]+ zxid=current err=-8", "xid=[0-9]+ zxid=-1 err=-6");

    public static readonly KnownDifference NobodyWatchesWhatCannotBe =
        new("No znode can have the path, so a watch could tell nothing: the silo says so.", "xid=[0-9]+ zxid=current err=0 result=0", "xid=[0-9]+ zxid=current err=-8");

    public static readonly KnownDifference AnErrorHasNoBody =
        new("An error comes with the header alone; in this place the reference sends the end of an empty list behind it.", "xid=[0-9]+ zxid=current err=-5 rest=FFFFFFFF01FFFFFFFF", "xid=[0-9]+ zxid=current err=-5");

    public static readonly KnownDifference Create2TellsTheStatInAMultiToo =
        new("3.8.0 answers create2 within a multi as if it were create.", @"xid=[0-9]+ zxid=z[0-9]+ err=0 .*\|type=1 done=0 err=0 path='[^']*/create2'.*", @"xid=[0-9]+ zxid=z[0-9]+ err=0 .*\|type=15 done=0 err=0 path='[^']*/create2' czxid=.*");

    public static readonly KnownDifference AddressesMayBeLong =
        new("3.8.0 knows no IPv6 in access control lists.", "xid=[0-9]+ zxid=current err=-114", "xid=[0-9]+ zxid=z[0-9]+ err=0 path='.*'");

    public static readonly KnownDifference NullIsNoRecord =
        new(
            "A null where a path or an id must stand is a record that cannot be read: the silo says so everywhere, the reference here and there.",
            "xid=[0-9]+ zxid=current err=(-8|-5|0 path=null|0 result=0)", "xid=[0-9]+ zxid=current err=(-5|-114)");

    public static readonly KnownDifference AMultiCountsWhatItDeletes =
        new(
            "The reference holds each operation of a multi against the usage before the multi, so that room that is made in it does not count.",
            "xid=[0-9]+ zxid=current err=0 .*err=-125 error=-125 .*", "xid=[0-9]+ zxid=z[0-9]+ err=0 .type=2 done=0 err=0 .type=1 .*");

    public bool Allows(string reference, string ours) => Matches(Reference, reference) && Matches(Ours, ours);

    private static bool Matches(string pattern, string line) => Regex.IsMatch(line, $"^[^:]+: {pattern}$");
}
