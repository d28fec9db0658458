using System.Text.Json;
using Sentinel.Model.Specs;

namespace Sentinel.Api.Wire;

/// <summary>The shape of leases and origins in state.json and in messages to the daemon.</summary>
public static class LeaseDocument
{
    public static void Write(Utf8JsonWriter json, Lease lease)
    {
        json.WriteStartObject("lease");
        if (lease.Term is { } term)
        {
            json.WriteStartObject("term");
            json.WriteNumber("lengthSeconds", term.Length.TotalSeconds);
            json.WriteString("expires", term.Expires);
            json.WriteEndObject();
        }

        if (lease.Owner is { } owner)
        {
            json.WriteStartObject("owner");
            RunDocument.Write(json, owner.Identity);
            json.WriteString("program", owner.Program);
            json.WriteEndObject();
        }

        if (lease.Session is { } session)
            json.WriteString("session", session);
        json.WriteEndObject();
    }

    public static Lease ReadLease(JsonElement json) => new()
    {
        Term = json.Maybe("term") is { } term
            ? new Term(term.Seconds("lengthSeconds"), term.Time("expires"))
            : null,
        Owner = json.Maybe("owner") is { } owner ? new Owner(RunDocument.ReadIdentity(owner), owner.Text("program")) : null,
        Session = json.Maybe("session")?.GetString(),
    };

    public static void Write(Utf8JsonWriter json, Origin origin)
    {
        json.WriteStartObject("origin");
        json.WriteObjects("ancestry", origin.Ancestry, ancestor =>
        {
            json.WriteNumber("pid", ancestor.Pid);
            json.WriteString("program", ancestor.Program);
        });
        json.WriteString("folder", origin.Folder);
        json.WriteString("at", origin.At);
        json.WriteEndObject();
    }

    public static Origin ReadOrigin(JsonElement json) => new(
        [.. json.Get("ancestry").EnumerateArray().Select(ancestor => new Ancestor(ancestor.Get("pid").GetInt32(), ancestor.SharedText("program")))],
        json.SharedText("folder"),
        json.Time("at"));
}
