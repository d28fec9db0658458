using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>The shape of faults of logs, as properties of their process; null: nobody asked.</summary>
internal static class LogFaultsDocument
{
    public static void Write(Utf8JsonWriter json, ProcessInfo process)
    {
        json.WriteObjectsOrNull("deletedLogs", process.DeletedLogs, log =>
        {
            json.WriteString("path", log.Path);
            json.WriteString("stillAt", log.StillAt);
        });
        json.WriteObjectsOrNull("movedLogs", process.MovedLogs, log =>
        {
            json.WriteString("path", log.Path);
            json.WriteString("nowAt", log.NowAt);
        });
        json.WriteObjectsOrNull("emptiedLogs", process.EmptiedLogs, log =>
        {
            json.WriteString("path", log.Path);
            json.WriteOrNull("noticedAt", log.NoticedAt);
            json.WriteNumber("lostBytes", log.LostBytes);
        });
    }

    public static IReadOnlyList<DeletedLog>? ReadDeleted(JsonElement json) =>
        Read(json, "deletedLogs", log => new DeletedLog(log.Text("path"), log.Text("stillAt")));

    public static IReadOnlyList<MovedLog>? ReadMoved(JsonElement json) =>
        Read(json, "movedLogs", log => new MovedLog(log.Text("path"), log.Text("nowAt")));

    public static IReadOnlyList<EmptiedLog>? ReadEmptied(JsonElement json) =>
        Read(json, "emptiedLogs", log => new EmptiedLog(log.Text("path"), log.Maybe("noticedAt")?.Time(), log.Get("lostBytes").GetInt64()));

    private static T[]? Read<T>(JsonElement json, string name, Func<JsonElement, T> read) =>
        json.Maybe(name) is { } logs ? [.. logs.EnumerateArray().Select(read)] : null;
}
