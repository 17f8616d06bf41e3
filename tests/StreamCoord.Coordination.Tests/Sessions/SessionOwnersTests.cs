using CsCheck;
using StreamCoord.Coordination.Sessions;

namespace StreamCoord.Coordination.Tests.Sessions;

public sealed class SessionOwnersTests
{
    private static readonly SessionId Session = new(7);

    [Fact]
    public void The_newest_connection_writes_and_older_ones_do_not()
    {
        var owners = new SessionOwners(new LeaderEpoch(1));
        long first = owners.Take(Session);
        long second = owners.Take(Session);

        Assert.Equal((false, true, true, true), (owners.Admits(Session, first), owners.Admits(Session, second), owners.Admits(Session, SessionOwners.Nobody), owners.Admits(new SessionId(8), first)));
    }

    [Fact]
    public void A_new_term_learns_from_what_is_written_and_its_own_numbers_are_greater()
    {
        var before = new SessionOwners(new LeaderEpoch(1));
        long older = before.Take(Session);
        long newer = before.Take(Session);
        var after = new SessionOwners(new LeaderEpoch(2));

        Assert.True(after.Admits(Session, older));
        Assert.True(after.Admits(Session, newer));
        Assert.False(after.Admits(Session, older));
        Assert.True(after.Take(Session) > newer);
        Assert.False(after.Admits(Session, newer));
    }

    [Fact]
    public void Once_a_connection_has_written_none_before_it_ever_does() =>
        Gen.Int[0, 9].Array[1, 60].Sample(steps =>
        {
            var owners = new SessionOwners(new LeaderEpoch(1));
            List<long> connections = [owners.Take(Session)];
            int newest = 0;
            foreach (int step in steps)
            {
                if (step == 0)
                {
                    connections.Add(owners.Take(Session));
                    newest = connections.Count - 1;
                }
                int writer = step % connections.Count;
                Assert.Equal(writer >= newest, owners.Admits(Session, connections[writer]));
            }
        });
}
