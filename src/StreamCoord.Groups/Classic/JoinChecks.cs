namespace StreamCoord.Groups.Classic;

/// <summary>Whether a join makes sense by itself, whatever the group. Pure; null when it does, else the refusal.</summary>
internal static class JoinChecks
{
    /// <summary>The longest text, in characters: in any of them it fits into a text field of a record, with a number behind it.</summary>
    public const int TextMax = 8_000;

    public static GroupReply? Check(JoinGroupRequest request, GroupOptions options, GroupRefusals refusals)
    {
        if (refusals.CheckId() is { } emptyId)
        {
            return emptyId;
        }
        string?[] texts = [request.MemberId, request.GroupInstanceId, request.ClientId, request.ClientHost, request.ProtocolType, .. request.Protocols.Select(each => each.Name)];
        if (texts.Any(text => text?.Length > TextMax))
        {
            return GroupRefusals.TooLong(TextMax);
        }
        return request.SessionTimeoutMs < options.SessionTimeoutMsMin || request.SessionTimeoutMs > options.SessionTimeoutMsMax
            ? GroupRefusals.SessionTimeout(request.SessionTimeoutMs, options)
            : null;
    }
}
