-- Views of alerts and of who was told: `alerts` showed bare conditions, which have a view of their own from here on.
-- What was written before is shown as well: the rows are the same.

DROP VIEW alerts;

CREATE VIEW conditions AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', at_ns / 1000000000, 'unixepoch') || printf('.%03dZ', at_ns / 1000000 % 1000) AS at,
       body ->> '$.condition.name' AS name, namespace, body ->> '$.condition.subject.kind' AS subject_kind,
       body ->> '$.condition.subject.id' AS subject, body ->> '$.condition.severity' AS severity,
       body ->> '$.condition.active' AS active, body ->> '$.condition.reason' AS reason
FROM effects WHERE kind = 'condition' ORDER BY at_ns, journal_partition, journal_offset, n;

-- Every change of every alert. "from" is empty of an alert's first change of the day.
CREATE VIEW alert_transitions AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', at_ns / 1000000000, 'unixepoch') || printf('.%03dZ', at_ns / 1000000 % 1000) AS at,
       body ->> '$.alert.id' AS alert, body ->> '$.alert.name' AS name, namespace,
       body ->> '$.alert.subject.kind' AS subject_kind, body ->> '$.alert.subject.id' AS subject,
       body ->> '$.alert.origin' AS origin,
       lag(body ->> '$.alert.state') OVER (PARTITION BY body ->> '$.alert.id'
                                           ORDER BY at_ns, journal_partition, journal_offset, n) AS "from",
       body ->> '$.alert.state' AS "to", body ->> '$.alert.severity' AS severity, body ->> '$.alert.value' AS value,
       body ->> '$.alert.cause' AS cause, body ->> '$.alert.reason' AS reason
FROM effects WHERE kind = 'alert' ORDER BY at_ns, journal_partition, journal_offset, n;

-- Every life of every alert, as its last change of the day told it.
CREATE VIEW alerts AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', at_ns / 1000000000, 'unixepoch') || printf('.%03dZ', at_ns / 1000000 % 1000) AS at,
       body ->> '$.alert.id' AS alert, body ->> '$.alert.name' AS name, namespace,
       body ->> '$.alert.subject.kind' AS subject_kind, body ->> '$.alert.subject.id' AS subject,
       body ->> '$.alert.origin' AS origin, body ->> '$.alert.state' AS state, body ->> '$.alert.severity' AS severity,
       body ->> '$.alert.value' AS value,
       (SELECT json_group_object(value ->> '$.name', value ->> '$.value')
        FROM json_each(body, '$.alert.labels')) AS labels,
       strftime('%Y-%m-%dT%H:%M:%S', (body ->> '$.alert.active_at') / 1000000000, 'unixepoch')
           || printf('.%03dZ', (body ->> '$.alert.active_at') / 1000000 % 1000) AS active_at,
       strftime('%Y-%m-%dT%H:%M:%S', (body ->> '$.alert.fired_at') / 1000000000, 'unixepoch')
           || printf('.%03dZ', (body ->> '$.alert.fired_at') / 1000000 % 1000) AS fired_at,
       strftime('%Y-%m-%dT%H:%M:%S', (body ->> '$.alert.ended_at') / 1000000000, 'unixepoch')
           || printf('.%03dZ', (body ->> '$.alert.ended_at') / 1000000 % 1000) AS ended_at,
       body ->> '$.alert.cause' AS cause, body ->> '$.alert.reason' AS reason, transitions
FROM (SELECT *, row_number() OVER newest AS place, count(*) OVER life AS transitions
      FROM effects WHERE kind = 'alert'
      WINDOW life AS (PARTITION BY body ->> '$.alert.id', body ->> '$.alert.active_at'),
             newest AS (life ORDER BY at_ns DESC, journal_partition DESC, journal_offset DESC, n DESC))
WHERE place = 1 ORDER BY at_ns, journal_partition, journal_offset, n;

-- What was decided to be told: `notification` is the id that deliveries and `swarmpulse notify` name.
CREATE VIEW notifications AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', at_ns / 1000000000, 'unixepoch') || printf('.%03dZ', at_ns / 1000000 % 1000) AS at,
       journal_partition || '-' || journal_offset || '-' || n AS notification, namespace,
       body ->> '$.notification.receiver' AS receiver, body ->> '$.notification.channel' AS channel,
       body ->> '$.notification.reason' AS reason, json_array_length(body, '$.notification.firing') AS firing,
       json_array_length(body, '$.notification.resolved') AS resolved, body ->> '$.notification.group_key' AS group_key,
       (SELECT json_group_array(value ->> '$.alert.id') FROM json_each(body, '$.notification.alerts')) AS alerts,
       body ->> '$.notification.omitted' AS omitted
FROM effects WHERE kind = 'notification' ORDER BY at_ns, journal_partition, journal_offset, n;

CREATE VIEW deliveries AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', at_ns / 1000000000, 'unixepoch') || printf('.%03dZ', at_ns / 1000000 % 1000) AS at,
       (body ->> '$.delivery.notification.position.partition') || '-'
           || (body ->> '$.delivery.notification.position.offset') || '-'
           || (body ->> '$.delivery.notification.n') AS notification,
       body ->> '$.delivery.receiver' AS receiver, body ->> '$.delivery.channel' AS channel,
       body ->> '$.delivery.outcome' AS outcome, body ->> '$.delivery.attempts' AS attempts,
       body ->> '$.delivery.error' AS error
FROM effects WHERE kind = 'delivery' ORDER BY at_ns, journal_partition, journal_offset, n;

-- Silences and maintenance windows as they were made, changed and ended; the last row of an id is what holds.
CREATE VIEW silences AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', at_ns / 1000000000, 'unixepoch') || printf('.%03dZ', at_ns / 1000000 % 1000) AS at,
       body ->> '$.silence.id' AS silence, body ->> '$.silence.purpose' AS purpose,
       body ->> '$.silence.namespace' AS namespace,
       (SELECT group_concat((value ->> '$.name')
                   || CASE value ->> '$.op' WHEN 'equal' THEN '=' WHEN 'not_equal' THEN '!='
                                            WHEN 'regex' THEN '=~' ELSE '!~' END
                   || json_quote(value ->> '$.value'), ', ')
        FROM json_each(body, '$.silence.matchers')) AS matchers,
       strftime('%Y-%m-%dT%H:%M:%S', (body ->> '$.silence.starts_at') / 1000000000, 'unixepoch')
           || printf('.%03dZ', (body ->> '$.silence.starts_at') / 1000000 % 1000) AS starts_at,
       strftime('%Y-%m-%dT%H:%M:%S', (body ->> '$.silence.ends_at') / 1000000000, 'unixepoch')
           || printf('.%03dZ', (body ->> '$.silence.ends_at') / 1000000 % 1000) AS ends_at,
       body ->> '$.silence.author' AS author, body ->> '$.silence.comment' AS comment
FROM effects WHERE kind = 'silence' ORDER BY at_ns, journal_partition, journal_offset, n;

CREATE VIEW acknowledgements AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', at_ns / 1000000000, 'unixepoch') || printf('.%03dZ', at_ns / 1000000 % 1000) AS at,
       body ->> '$.acknowledgement.alert' AS alert, namespace, body ->> '$.acknowledgement.active' AS active,
       body ->> '$.acknowledgement.author' AS author, body ->> '$.acknowledgement.comment' AS comment,
       strftime('%Y-%m-%dT%H:%M:%S', (body ->> '$.acknowledgement.until') / 1000000000, 'unixepoch')
           || printf('.%03dZ', (body ->> '$.acknowledgement.until') / 1000000 % 1000) AS until
FROM effects WHERE kind = 'acknowledgement' ORDER BY at_ns, journal_partition, journal_offset, n;
