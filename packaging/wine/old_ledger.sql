-- A ledger as version 0.1.0 wrote it before its schema 0004: eight documents of the practice hotel. Read by try_installer.py.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE documents (
	"key" VARCHAR(80) NOT NULL, 
	position INTEGER NOT NULL, 
	family VARCHAR(20), 
	prefix VARCHAR(8) NOT NULL, 
	number INTEGER NOT NULL, 
	full_number VARCHAR(40) NOT NULL, 
	issued_at VARCHAR(32), 
	counterparty TEXT NOT NULL, 
	counterparty_id VARCHAR(40) NOT NULL, 
	currency VARCHAR(3) NOT NULL, 
	payable VARCHAR(40), 
	digest VARCHAR(64) NOT NULL, 
	body TEXT, 
	seen_at VARCHAR(32) NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	cause VARCHAR(32), 
	detail JSON NOT NULL, 
	attempts INTEGER DEFAULT 0 NOT NULL, 
	looks INTEGER DEFAULT 0 NOT NULL, 
	adopted BOOLEAN DEFAULT 0 NOT NULL, 
	sale VARCHAR(80), 
	due_at VARCHAR(32), 
	since VARCHAR(32), 
	proven_at VARCHAR(32), 
	PRIMARY KEY ("key")
);
INSERT INTO "documents" VALUES('825517982/documento-soporte/DSH/2786',1,'documento-soporte','DSH',2786,'DSH2786','2026-11-22T18:00:59.000000+00:00','Jorge Iván Ospina Ospina','1119516208','COP','1641000.00','f8d031f53b443da2fea6816804a33e001a7db68a9f26637750db86edf9175cdb','{"type":"05","issuer":{"id_type":"31","id":"825517982","name":"Hospedaje Brisas de Barú S.A.S.","check_digit":"0","country":"CO"},"prefix":"DSH","number":2786,"issued_at":"2026-11-22T13:00:59-05:00","counterparty":{"id_type":"13","id":"1119516208","name":"Jorge Iván Ospina Ospina","check_digit":null,"country":"CO"},"guest":null,"currency":"COP","exchange_rate":null,"lines":[{"description":"Arreglo de lencería","quantity":"1.00","amount":"1641000.00","taxes":[]}],"taxes":[],"withholdings":[{"code":"06","rate":"6.00","base":"1641000.00","amount":"98460.00"}],"subtotal":"1641000.00","allowances":"0","charges":"0","prepaid":"0","rounding":"0","payable":"1641000.00","cufe":"0979cf8af8e20a6e0a4b4f7ba6624d81672fbf7c62591d846c804ac7077d48f216e93e279f6e11a11aaf515ab9f3fd0f","environment":"1","reference":null,"authorisation":{"resolution":"18764647919241","prefix":"DSH","first":1,"last":500000,"valid_from":"2026-08-26","valid_to":"2028-08-26"}}','2026-11-24T06:00:59.393088+00:00','proven',NULL,'{}',1,0,0,'ffca9f75-8348-49da-8caf-af094073cc05',NULL,'2026-11-24T06:00:59.628205+00:00','2026-11-24T06:00:59.628205+00:00');
INSERT INTO "documents" VALUES('825517982/factura/FEH/3746',2,'factura','FEH',3746,'FEH3746','2026-11-24T06:00:59.000000+00:00','Andrés Felipe Cárdenas Quintero','21920985','COP','1750000.01','2340f42249ce9aa53c3bcea4aeb5f4e36788d7eb5e903d715f8e9a8f978a8d2d','{"type":"01","issuer":{"id_type":"31","id":"825517982","name":"Hospedaje Brisas de Barú S.A.S.","check_digit":"0","country":"CO"},"prefix":"FEH","number":3746,"issued_at":"2026-11-24T01:00:59-05:00","counterparty":{"id_type":"13","id":"21920985","name":"Andrés Felipe Cárdenas Quintero","check_digit":null,"country":"CO"},"guest":null,"currency":"COP","exchange_rate":null,"lines":[{"description":"Alojamiento, 5 noches","quantity":"5.00","amount":"1470588.24","taxes":[{"code":"01","rate":"19.00","base":"1470588.24","amount":"279411.77"}]}],"taxes":[{"code":"01","rate":"19.00","base":"1470588.24","amount":"279411.77"}],"withholdings":[],"subtotal":"1470588.24","allowances":"0","charges":"0","prepaid":"0","rounding":"0","payable":"1750000.01","cufe":"7f2e424fd9510ae41bd0b988517599cff9948097025135375f6f43826561d787c10f12ac729f534f5e6c9703566568cc","environment":"1","reference":null,"authorisation":{"resolution":"18764494680804","prefix":"FEH","first":1,"last":2000000,"valid_from":"2026-08-26","valid_to":"2028-08-26"}}','2026-11-24T06:00:59.393088+00:00','proven',NULL,'{}',1,0,0,'92fada6d-eefd-4b34-8571-85378f69fecb',NULL,'2026-11-24T06:00:59.628205+00:00','2026-11-24T06:00:59.628205+00:00');
INSERT INTO "documents" VALUES('825517982/nota-credito/NC/2927',3,'nota-credito','NC',2927,'NC2927','2026-11-24T06:00:59.000000+00:00','Andrés Felipe Cárdenas Quintero','21920985','COP','1750000.01','542aafa7a2ca5ae3d026bdacdb96712a3a97698c2cb5551ab6595dcf6888d6c9','{"type":"91","issuer":{"id_type":"31","id":"825517982","name":"Hospedaje Brisas de Barú S.A.S.","check_digit":"0","country":"CO"},"prefix":"NC","number":2927,"issued_at":"2026-11-24T01:00:59-05:00","counterparty":{"id_type":"13","id":"21920985","name":"Andrés Felipe Cárdenas Quintero","check_digit":null,"country":"CO"},"guest":null,"currency":"COP","exchange_rate":null,"lines":[{"description":"Alojamiento, 5 noches","quantity":"5.00","amount":"1470588.24","taxes":[{"code":"01","rate":"19.00","base":"1470588.24","amount":"279411.77"}]}],"taxes":[{"code":"01","rate":"19.00","base":"1470588.24","amount":"279411.77"}],"withholdings":[],"subtotal":"1470588.24","allowances":"0","charges":"0","prepaid":"0","rounding":"0","payable":"1750000.01","cufe":"25b59ac253ac9fbb494559e95b5e0fef1223aa1321c0a2903cfe01aeb22fe1f1de952622f5e6533b53f94d8c45761a3f","environment":"1","reference":{"full_number":"FEH3746","cufe":"7f2e424fd9510ae41bd0b988517599cff9948097025135375f6f43826561d787c10f12ac729f534f5e6c9703566568cc"},"authorisation":null}','2026-11-24T06:00:59.834283+00:00','proven',NULL,'{}',1,0,0,'71644f44-b639-4d99-b445-8868464afb96',NULL,'2026-11-24T06:01:00.025523+00:00','2026-11-24T06:01:00.025523+00:00');
INSERT INTO "documents" VALUES('825517982/factura/FEH/3747',4,'factura','FEH',3747,'FEH3747','2026-11-24T06:00:59.000000+00:00','Minera Los Robles Ltda.','898362406','COP','675000.00','7d8761d6a8939063c8bef69419ffec5b45e90c1b6d352a0d55fc9bc43b93c5d8','{"type":"01","issuer":{"id_type":"31","id":"825517982","name":"Hospedaje Brisas de Barú S.A.S.","check_digit":"0","country":"CO"},"prefix":"FEH","number":3747,"issued_at":"2026-11-24T01:00:59-05:00","counterparty":{"id_type":"31","id":"898362406","name":"Minera Los Robles Ltda.","check_digit":"8","country":"CO"},"guest":{"id_type":"41","id":"DF3361183","name":"Jürgen Müller","check_digit":null,"country":"DE"},"currency":"COP","exchange_rate":null,"lines":[{"description":"Alojamiento, 1 noches","quantity":"1.00","amount":"320000.00","taxes":[{"code":"01","rate":"0.00","base":"320000.00","amount":"0.00"}]},{"description":"Restaurante: cena","quantity":"4.00","amount":"270370.37","taxes":[{"code":"04","rate":"8.00","base":"270370.37","amount":"21629.63"}]},{"description":"Lavandería","quantity":"1.00","amount":"52941.18","taxes":[{"code":"01","rate":"19.00","base":"52941.18","amount":"10058.82"}]}],"taxes":[{"code":"01","rate":"0.00","base":"320000.00","amount":"0.00"},{"code":"04","rate":"8.00","base":"270370.37","amount":"21629.63"},{"code":"01","rate":"19.00","base":"52941.18","amount":"10058.82"}],"withholdings":[],"subtotal":"643311.55","allowances":"0","charges":"0","prepaid":"0","rounding":"0","payable":"675000.00","cufe":"35a5b0dbc9deecf08b1cc74ce2719b57a125d1fd23022e21eac1566d1e1fed823288ba81842a625c8231d4e322c29cb8","environment":"1","reference":null,"authorisation":{"resolution":"18764494680804","prefix":"FEH","first":1,"last":2000000,"valid_from":"2026-08-26","valid_to":"2028-08-26"}}','2026-11-24T06:00:59.834283+00:00','proven',NULL,'{}',1,0,0,'09962ad2-9abf-4919-9354-48d127f80a56',NULL,'2026-11-24T06:00:59.941707+00:00','2026-11-24T06:00:59.941707+00:00');
INSERT INTO "documents" VALUES('825517982/factura/FEH/3748',5,'factura','FEH',3748,'FEH3748','2026-11-24T06:00:59.000000+00:00','Consumidor final','222222222222','COP','166074.07','bc97e6ac3686358536dd614e10b4d0268e4bb2275322b58cc65ec97b6bc84705','{"type":"01","issuer":{"id_type":"31","id":"825517982","name":"Hospedaje Brisas de Barú S.A.S.","check_digit":"0","country":"CO"},"prefix":"FEH","number":3748,"issued_at":"2026-11-24T01:00:59-05:00","counterparty":{"id_type":"13","id":"222222222222","name":"Consumidor final","check_digit":null,"country":"CO"},"guest":null,"currency":"COP","exchange_rate":null,"lines":[{"description":"Bar","quantity":"2.00","amount":"140740.74","taxes":[{"code":"04","rate":"8.00","base":"140740.74","amount":"11259.26"}]}],"taxes":[{"code":"04","rate":"8.00","base":"140740.74","amount":"11259.26"}],"withholdings":[],"subtotal":"140740.74","allowances":"0","charges":"14074.07","prepaid":"0","rounding":"0","payable":"166074.07","cufe":"f6c5600f75f4ddad65dfc76f7920dd94a8cf05c086f15da2de1885e5f2071679646489ca8fb2e109c93defed4e7c1580","environment":"1","reference":null,"authorisation":{"resolution":"18764494680804","prefix":"FEH","first":1,"last":2000000,"valid_from":"2026-08-26","valid_to":"2028-08-26"}}','2026-11-24T06:01:00.277624+00:00','proven',NULL,'{}',1,0,0,'07d934d8-1ddf-40d8-a38c-d9eccdcb75ed',NULL,'2026-11-24T06:01:00.494207+00:00','2026-11-24T06:01:00.494207+00:00');
INSERT INTO "documents" VALUES('825517982/factura/FEH/3749',6,'factura','FEH',3749,'FEH3749','2026-11-24T06:01:00.000000+00:00','Luis Fernando Cárdenas Valencia','1034152134','COP','950042.00','26295d42853ff6d6de49142f91d538d83a21e92006fc39f13bb32ee7b78b7034','{"type":"01","issuer":{"id_type":"31","id":"825517982","name":"Hospedaje Brisas de Barú S.A.S.","check_digit":"0","country":"CO"},"prefix":"FEH","number":3749,"issued_at":"2026-11-24T01:01:00-05:00","counterparty":{"id_type":"13","id":"1034152134","name":"Luis Fernando Cárdenas Valencia","check_digit":null,"country":"CO"},"guest":null,"currency":"COP","exchange_rate":null,"lines":[{"description":"Alojamiento, 3 noches","quantity":"3.00","amount":"983193.28","taxes":[{"code":"01","rate":"19.00","base":"983193.28","amount":"186806.72"}]},{"description":"Cama adicional","quantity":"3.00","amount":"63025.21","taxes":[{"code":"01","rate":"19.00","base":"63025.21","amount":"11974.79"}]}],"taxes":[{"code":"01","rate":"19.00","base":"1046218.49","amount":"198781.51"}],"withholdings":[],"subtotal":"1046218.49","allowances":"0","charges":"0","prepaid":"294958","rounding":"0","payable":"950042.00","cufe":"c68138cea508f6e0119ca74b265e32e648d99e22087a9400bbe3960d2007001c5ce969f619bf288db53321cd971ba61b","environment":"1","reference":null,"authorisation":{"resolution":"18764494680804","prefix":"FEH","first":1,"last":2000000,"valid_from":"2026-08-26","valid_to":"2028-08-26"}}','2026-11-24T06:01:00.277624+00:00','proven',NULL,'{}',1,0,0,'f384ecc2-6309-4fd6-ba18-f6e2d88550b1',NULL,'2026-11-24T06:01:00.494207+00:00','2026-11-24T06:01:00.494207+00:00');
INSERT INTO "documents" VALUES('825517982/factura/FEH/3750',7,'factura','FEH',3750,'FEH3750','2026-11-24T06:01:00.000000+00:00','Tomás Larraín','UK7699015','COP','420000.00','267198a731633d740522b98ce48e61ad3147d6091f0f12ed9680cea73bfffe64','{"type":"01","issuer":{"id_type":"31","id":"825517982","name":"Hospedaje Brisas de Barú S.A.S.","check_digit":"0","country":"CO"},"prefix":"FEH","number":3750,"issued_at":"2026-11-24T01:01:00-05:00","counterparty":{"id_type":"41","id":"UK7699015","name":"Tomás Larraín","check_digit":null,"country":"CL"},"guest":null,"currency":"COP","exchange_rate":null,"lines":[{"description":"Alojamiento, 1 noches","quantity":"1.00","amount":"270000.00","taxes":[{"code":"01","rate":"0.00","base":"270000.00","amount":"0.00"}]},{"description":"Bar","quantity":"3.00","amount":"72222.22","taxes":[{"code":"04","rate":"8.00","base":"72222.22","amount":"5777.78"}]},{"description":"Restaurante: almuerzo","quantity":"3.00","amount":"141666.67","taxes":[{"code":"04","rate":"8.00","base":"141666.67","amount":"11333.33"}]}],"taxes":[{"code":"01","rate":"0.00","base":"270000.00","amount":"0.00"},{"code":"04","rate":"8.00","base":"213888.89","amount":"17111.11"}],"withholdings":[],"subtotal":"483888.89","allowances":"0","charges":"0","prepaid":"81000","rounding":"0","payable":"420000.00","cufe":"b9cf0d1c43d64ac2a8f116b40dbd758f939137c7fb391880f4c636a735e7e1903aab838b5ab972564639bb2fd7d0ed15","environment":"1","reference":null,"authorisation":{"resolution":"18764494680804","prefix":"FEH","first":1,"last":2000000,"valid_from":"2026-08-26","valid_to":"2028-08-26"}}','2026-11-24T06:01:00.872431+00:00','proven',NULL,'{}',1,0,0,'c3fb2289-1cda-4cd5-88b2-a1e0bd2a3d00',NULL,'2026-11-24T06:01:01.065534+00:00','2026-11-24T06:01:01.065534+00:00');
INSERT INTO "documents" VALUES('825517982/factura/FEH/3751',8,'factura','FEH',3751,'FEH3751','2026-11-24T06:01:00.000000+00:00','Consumidor final','222222222222','COP','75388.89','82bee6f372e2a931e6385c66d9cac66d6d030f09f2f4e9fa03395fd248f62650','{"type":"01","issuer":{"id_type":"31","id":"825517982","name":"Hospedaje Brisas de Barú S.A.S.","check_digit":"0","country":"CO"},"prefix":"FEH","number":3751,"issued_at":"2026-11-24T01:01:00-05:00","counterparty":{"id_type":"13","id":"222222222222","name":"Consumidor final","check_digit":null,"country":"CO"},"guest":null,"currency":"COP","exchange_rate":null,"lines":[{"description":"Restaurante: cena","quantity":"3.00","amount":"63888.89","taxes":[{"code":"04","rate":"8.00","base":"63888.89","amount":"5111.11"}]}],"taxes":[{"code":"04","rate":"8.00","base":"63888.89","amount":"5111.11"}],"withholdings":[],"subtotal":"63888.89","allowances":"0","charges":"6388.89","prepaid":"0","rounding":"0","payable":"75388.89","cufe":"23bbf6db53484f17dcb7b516393a9e285e2323943704b3b9626fea8fa7e2c66b059810d422424b87b51c24405efe38e3","environment":"1","reference":null,"authorisation":{"resolution":"18764494680804","prefix":"FEH","first":1,"last":2000000,"valid_from":"2026-08-26","valid_to":"2028-08-26"}}','2026-11-24T06:01:00.872431+00:00','proven',NULL,'{}',1,0,0,'0b08e586-1c55-4581-9b90-7b676a4b16f3',NULL,'2026-11-24T06:01:01.065534+00:00','2026-11-24T06:01:01.065534+00:00');
CREATE TABLE events (
	id INTEGER NOT NULL, 
	"key" VARCHAR(80) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	cause VARCHAR(32), 
	due_at VARCHAR(32), 
	data JSON NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "events" VALUES(1,'825517982/documento-soporte/DSH/2786','seen','2026-11-24T06:00:59.393088+00:00',NULL,NULL,'{"position": 1}');
INSERT INTO "events" VALUES(2,'825517982/factura/FEH/3746','seen','2026-11-24T06:00:59.393088+00:00',NULL,NULL,'{"position": 2}');
INSERT INTO "events" VALUES(3,'825517982/documento-soporte/DSH/2786','checked','2026-11-24T06:00:59.480679+00:00',NULL,NULL,'{"findings": [{"code": "FAD06-not-verifiable", "severity": "info", "values": {}}]}');
INSERT INTO "events" VALUES(4,'825517982/documento-soporte/DSH/2786','intent','2026-11-24T06:00:59.542815+00:00',NULL,NULL,'{"consecutivo": "fd89fccb-1d4a-4574-9af4-50169ea8f185"}');
INSERT INTO "events" VALUES(5,'825517982/documento-soporte/DSH/2786','answered','2026-11-24T06:00:59.573073+00:00',NULL,NULL,'{"sale": "ffca9f75-8348-49da-8caf-af094073cc05"}');
INSERT INTO "events" VALUES(6,'825517982/factura/FEH/3746','intent','2026-11-24T06:00:59.584878+00:00',NULL,NULL,'{"consecutivo": "5321f53b-b528-4369-b3fd-3e9ad3392f64"}');
INSERT INTO "events" VALUES(7,'825517982/factura/FEH/3746','answered','2026-11-24T06:00:59.605775+00:00',NULL,NULL,'{"sale": "92fada6d-eefd-4b34-8571-85378f69fecb"}');
INSERT INTO "events" VALUES(8,'825517982/documento-soporte/DSH/2786','proven','2026-11-24T06:00:59.628205+00:00',NULL,NULL,'{"sale": "ffca9f75-8348-49da-8caf-af094073cc05", "origin": "botones"}');
INSERT INTO "events" VALUES(9,'825517982/factura/FEH/3746','proven','2026-11-24T06:00:59.628205+00:00',NULL,NULL,'{"sale": "92fada6d-eefd-4b34-8571-85378f69fecb", "origin": "botones"}');
INSERT INTO "events" VALUES(10,'825517982/nota-credito/NC/2927','seen','2026-11-24T06:00:59.834283+00:00',NULL,NULL,'{"position": 3}');
INSERT INTO "events" VALUES(11,'825517982/factura/FEH/3747','seen','2026-11-24T06:00:59.834283+00:00',NULL,NULL,'{"position": 4}');
INSERT INTO "events" VALUES(12,'825517982/factura/FEH/3747','intent','2026-11-24T06:00:59.905073+00:00',NULL,NULL,'{"consecutivo": "5321f53b-b528-4369-b3fd-3e9ad3392f64"}');
INSERT INTO "events" VALUES(13,'825517982/factura/FEH/3747','answered','2026-11-24T06:00:59.927667+00:00',NULL,NULL,'{"sale": "09962ad2-9abf-4919-9354-48d127f80a56"}');
INSERT INTO "events" VALUES(14,'825517982/factura/FEH/3747','proven','2026-11-24T06:00:59.941707+00:00',NULL,NULL,'{"sale": "09962ad2-9abf-4919-9354-48d127f80a56", "origin": "botones"}');
INSERT INTO "events" VALUES(15,'825517982/nota-credito/NC/2927','checked','2026-11-24T06:00:59.966016+00:00',NULL,NULL,'{"findings": [{"code": "FAD06-not-verifiable", "severity": "info", "values": {}}]}');
INSERT INTO "events" VALUES(16,'825517982/nota-credito/NC/2927','intent','2026-11-24T06:00:59.987031+00:00',NULL,NULL,'{"consecutivo": "442f21f5-e6c3-41f2-94aa-05b9765b963c"}');
INSERT INTO "events" VALUES(17,'825517982/nota-credito/NC/2927','answered','2026-11-24T06:01:00.012285+00:00',NULL,NULL,'{"sale": "71644f44-b639-4d99-b445-8868464afb96"}');
INSERT INTO "events" VALUES(18,'825517982/nota-credito/NC/2927','proven','2026-11-24T06:01:00.025523+00:00',NULL,NULL,'{"sale": "71644f44-b639-4d99-b445-8868464afb96", "origin": "botones"}');
INSERT INTO "events" VALUES(19,'825517982/factura/FEH/3748','seen','2026-11-24T06:01:00.277624+00:00',NULL,NULL,'{"position": 5}');
INSERT INTO "events" VALUES(20,'825517982/factura/FEH/3749','seen','2026-11-24T06:01:00.277624+00:00',NULL,NULL,'{"position": 6}');
INSERT INTO "events" VALUES(21,'825517982/factura/FEH/3748','intent','2026-11-24T06:01:00.394153+00:00',NULL,NULL,'{"consecutivo": "5321f53b-b528-4369-b3fd-3e9ad3392f64"}');
INSERT INTO "events" VALUES(22,'825517982/factura/FEH/3748','answered','2026-11-24T06:01:00.420420+00:00',NULL,NULL,'{"sale": "07d934d8-1ddf-40d8-a38c-d9eccdcb75ed"}');
INSERT INTO "events" VALUES(23,'825517982/factura/FEH/3749','intent','2026-11-24T06:01:00.434985+00:00',NULL,NULL,'{"consecutivo": "5321f53b-b528-4369-b3fd-3e9ad3392f64"}');
INSERT INTO "events" VALUES(24,'825517982/factura/FEH/3749','answered','2026-11-24T06:01:00.484068+00:00',NULL,NULL,'{"sale": "f384ecc2-6309-4fd6-ba18-f6e2d88550b1"}');
INSERT INTO "events" VALUES(25,'825517982/factura/FEH/3748','proven','2026-11-24T06:01:00.494207+00:00',NULL,NULL,'{"sale": "07d934d8-1ddf-40d8-a38c-d9eccdcb75ed", "origin": "botones"}');
INSERT INTO "events" VALUES(26,'825517982/factura/FEH/3749','proven','2026-11-24T06:01:00.494207+00:00',NULL,NULL,'{"sale": "f384ecc2-6309-4fd6-ba18-f6e2d88550b1", "origin": "botones"}');
INSERT INTO "events" VALUES(27,'825517982/factura/FEH/3750','seen','2026-11-24T06:01:00.872431+00:00',NULL,NULL,'{"position": 7}');
INSERT INTO "events" VALUES(28,'825517982/factura/FEH/3751','seen','2026-11-24T06:01:00.872431+00:00',NULL,NULL,'{"position": 8}');
INSERT INTO "events" VALUES(29,'825517982/factura/FEH/3750','intent','2026-11-24T06:01:00.978126+00:00',NULL,NULL,'{"consecutivo": "5321f53b-b528-4369-b3fd-3e9ad3392f64"}');
INSERT INTO "events" VALUES(30,'825517982/factura/FEH/3750','answered','2026-11-24T06:01:01.009696+00:00',NULL,NULL,'{"sale": "c3fb2289-1cda-4cd5-88b2-a1e0bd2a3d00"}');
INSERT INTO "events" VALUES(31,'825517982/factura/FEH/3751','intent','2026-11-24T06:01:01.012494+00:00',NULL,NULL,'{"consecutivo": "5321f53b-b528-4369-b3fd-3e9ad3392f64"}');
INSERT INTO "events" VALUES(32,'825517982/factura/FEH/3751','answered','2026-11-24T06:01:01.040649+00:00',NULL,NULL,'{"sale": "0b08e586-1c55-4581-9b90-7b676a4b16f3"}');
INSERT INTO "events" VALUES(33,'825517982/factura/FEH/3750','proven','2026-11-24T06:01:01.065534+00:00',NULL,NULL,'{"sale": "c3fb2289-1cda-4cd5-88b2-a1e0bd2a3d00", "origin": "botones"}');
INSERT INTO "events" VALUES(34,'825517982/factura/FEH/3751','proven','2026-11-24T06:01:01.065534+00:00',NULL,NULL,'{"sale": "0b08e586-1c55-4581-9b90-7b676a4b16f3", "origin": "botones"}');
CREATE TABLE evidence (
	system VARCHAR(8) NOT NULL, 
	family VARCHAR(20) NOT NULL, 
	resolution VARCHAR(20) NOT NULL, 
	prefix VARCHAR(8) NOT NULL, 
	body TEXT NOT NULL, 
	UNIQUE (system, family, resolution, prefix)
);
CREATE TABLE facts (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('pms-position','8');
CREATE TABLE marks (
	source VARCHAR(12) NOT NULL, 
	name VARCHAR(600) NOT NULL, 
	mark TEXT NOT NULL, 
	PRIMARY KEY (source, name)
);
CREATE TABLE proofs (
	id INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	family VARCHAR(20) NOT NULL, 
	range VARCHAR(40) NOT NULL, 
	holds BOOLEAN NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "proofs" VALUES(1,'2026-11-24T06:00:59.217177+00:00','factura','FEH 1-2000000',1,'{"family":"factura","columns":{"pms":{"system":"pms","family":"factura","prefix":"FEH","first":1,"last":2000000,"resolution":"18764494680804","valid_from":"2026-08-26","valid_to":"2028-08-26","active":true,"applies_to":null,"consecutivo":null,"next_number":3747,"source":"read","read_at":"2026-11-24T06:00:59.217177Z"},"pymes":{"system":"pymes","family":"factura","prefix":"FEH","first":1,"last":2000000,"resolution":"18764494680804","valid_from":"2026-08-26","valid_to":"2028-08-26","active":true,"applies_to":"Facturas cargadas por Venta Externa No POS","consecutivo":"5321f53b-b528-4369-b3fd-3e9ad3392f64","next_number":1,"source":"read","read_at":"2026-11-24T06:00:59.217177Z"},"dian":{"system":"dian","family":"factura","prefix":"FEH","first":1,"last":2000000,"resolution":"18764494680804","valid_from":"2026-08-26","valid_to":"2028-08-26","active":true,"applies_to":null,"consecutivo":null,"next_number":null,"source":"read","read_at":"2026-11-24T06:00:59.217177Z"}},"cells":[{"field":"resolution","values":{"pms":"18764494680804","pymes":"18764494680804","dian":"18764494680804"},"wrong":[]},{"field":"prefix","values":{"pms":"FEH","pymes":"FEH","dian":"FEH"},"wrong":[]},{"field":"first","values":{"pms":"1","pymes":"1","dian":"1"},"wrong":[]},{"field":"last","values":{"pms":"2000000","pymes":"2000000","dian":"2000000"},"wrong":[]},{"field":"valid-from","values":{"pms":"2026-08-26","pymes":"2026-08-26","dian":"2026-08-26"},"wrong":[]},{"field":"valid-to","values":{"pms":"2028-08-26","pymes":"2028-08-26","dian":"2028-08-26"},"wrong":[]},{"field":"active","values":{"pymes":"sí"},"wrong":[]},{"field":"applies-to","values":{"pymes":"Facturas cargadas por Venta Externa No POS"},"wrong":[]}],"conditions":[],"checked_at":"2026-11-24T06:00:59.217177Z"}');
INSERT INTO "proofs" VALUES(2,'2026-11-24T06:00:59.217177+00:00','nota-credito','NC 1-999999999',1,'{"family":"nota-credito","columns":{"pms":{"system":"pms","family":"nota-credito","prefix":"NC","first":1,"last":999999999,"resolution":null,"valid_from":null,"valid_to":null,"active":true,"applies_to":null,"consecutivo":null,"next_number":2927,"source":"read","read_at":"2026-11-24T06:00:59.217177Z"},"pymes":{"system":"pymes","family":"nota-credito","prefix":"NC","first":1,"last":999999999,"resolution":null,"valid_from":null,"valid_to":null,"active":true,"applies_to":"Facturas cargadas por Venta Externa No POS","consecutivo":"442f21f5-e6c3-41f2-94aa-05b9765b963c","next_number":1,"source":"read","read_at":"2026-11-24T06:00:59.217177Z"}},"cells":[{"field":"prefix","values":{"pms":"NC","pymes":"NC"},"wrong":[]},{"field":"first","values":{"pms":"1","pymes":"1"},"wrong":[]},{"field":"last","values":{"pms":"999999999","pymes":"999999999"},"wrong":[]},{"field":"active","values":{"pymes":"sí"},"wrong":[]},{"field":"applies-to","values":{"pymes":"Facturas cargadas por Venta Externa No POS"},"wrong":[]}],"conditions":[],"checked_at":"2026-11-24T06:00:59.217177Z"}');
INSERT INTO "proofs" VALUES(3,'2026-11-24T06:00:59.217177+00:00','nota-debito','ND 1-999999999',1,'{"family":"nota-debito","columns":{"pms":{"system":"pms","family":"nota-debito","prefix":"ND","first":1,"last":999999999,"resolution":null,"valid_from":null,"valid_to":null,"active":true,"applies_to":null,"consecutivo":null,"next_number":1038,"source":"read","read_at":"2026-11-24T06:00:59.217177Z"},"pymes":{"system":"pymes","family":"nota-debito","prefix":"ND","first":1,"last":999999999,"resolution":null,"valid_from":null,"valid_to":null,"active":true,"applies_to":"Facturas cargadas por Venta Externa No POS","consecutivo":"bcf27524-bb47-4243-8400-3ab9e1347a1d","next_number":1,"source":"read","read_at":"2026-11-24T06:00:59.217177Z"}},"cells":[{"field":"prefix","values":{"pms":"ND","pymes":"ND"},"wrong":[]},{"field":"first","values":{"pms":"1","pymes":"1"},"wrong":[]},{"field":"last","values":{"pms":"999999999","pymes":"999999999"},"wrong":[]},{"field":"active","values":{"pymes":"sí"},"wrong":[]},{"field":"applies-to","values":{"pymes":"Facturas cargadas por Venta Externa No POS"},"wrong":[]}],"conditions":[],"checked_at":"2026-11-24T06:00:59.217177Z"}');
INSERT INTO "proofs" VALUES(4,'2026-11-24T06:00:59.217177+00:00','documento-soporte','DSH 1-500000',1,'{"family":"documento-soporte","columns":{"pms":{"system":"pms","family":"documento-soporte","prefix":"DSH","first":1,"last":500000,"resolution":"18764647919241","valid_from":"2026-08-26","valid_to":"2028-08-26","active":true,"applies_to":null,"consecutivo":null,"next_number":2787,"source":"read","read_at":"2026-11-24T06:00:59.217177Z"},"pymes":{"system":"pymes","family":"documento-soporte","prefix":"DSH","first":1,"last":500000,"resolution":"18764647919241","valid_from":"2026-08-26","valid_to":"2028-08-26","active":true,"applies_to":"Facturas cargadas por Venta Externa No POS","consecutivo":"fd89fccb-1d4a-4574-9af4-50169ea8f185","next_number":1,"source":"read","read_at":"2026-11-24T06:00:59.217177Z"},"dian":{"system":"dian","family":"documento-soporte","prefix":"DSH","first":1,"last":500000,"resolution":"18764647919241","valid_from":"2026-08-26","valid_to":"2028-08-26","active":true,"applies_to":null,"consecutivo":null,"next_number":null,"source":"read","read_at":"2026-11-24T06:00:59.217177Z"}},"cells":[{"field":"resolution","values":{"pms":"18764647919241","pymes":"18764647919241","dian":"18764647919241"},"wrong":[]},{"field":"prefix","values":{"pms":"DSH","pymes":"DSH","dian":"DSH"},"wrong":[]},{"field":"first","values":{"pms":"1","pymes":"1","dian":"1"},"wrong":[]},{"field":"last","values":{"pms":"500000","pymes":"500000","dian":"500000"},"wrong":[]},{"field":"valid-from","values":{"pms":"2026-08-26","pymes":"2026-08-26","dian":"2026-08-26"},"wrong":[]},{"field":"valid-to","values":{"pms":"2028-08-26","pymes":"2028-08-26","dian":"2028-08-26"},"wrong":[]},{"field":"active","values":{"pymes":"sí"},"wrong":[]},{"field":"applies-to","values":{"pymes":"Facturas cargadas por Venta Externa No POS"},"wrong":[]}],"conditions":[],"checked_at":"2026-11-24T06:00:59.217177Z"}');
CREATE TABLE proven_days (
	day VARCHAR(10) NOT NULL, 
	n INTEGER NOT NULL, 
	PRIMARY KEY (day)
);
INSERT INTO "proven_days" VALUES('2026-11-24',8);
CREATE TABLE tally (
	state VARCHAR(12) NOT NULL, 
	adopted BOOLEAN NOT NULL, 
	n INTEGER NOT NULL, 
	PRIMARY KEY (state, adopted)
);
INSERT INTO "tally" VALUES('seen',0,0);
INSERT INTO "tally" VALUES('sending',0,0);
INSERT INTO "tally" VALUES('sent',0,0);
INSERT INTO "tally" VALUES('proven',0,8);
CREATE INDEX documents_by_state ON documents (state, position);
CREATE INDEX documents_by_number ON documents (full_number);
CREATE INDEX documents_by_time ON documents (seen_at);
CREATE INDEX documents_by_proof ON documents (proven_at);
CREATE INDEX events_by_key ON events ("key", id);
CREATE INDEX proofs_by_range ON proofs (family, range, id);
CREATE INDEX documents_by_position ON documents (position);
CREATE TRIGGER tally_new AFTER INSERT ON documents BEGIN 
    INSERT INTO tally (state, adopted, n) VALUES (NEW.state, NEW.adopted, 1)
    ON CONFLICT (state, adopted) DO UPDATE SET n = n + 1;
    INSERT INTO proven_days (day, n) SELECT DATE(SUBSTR(NEW.proven_at, 1, 19), '-5 hours'), 1 WHERE NEW.proven_at IS NOT NULL
    ON CONFLICT (day) DO UPDATE SET n = n + 1;
 END;
CREATE TRIGGER tally_gone AFTER DELETE ON documents BEGIN 
    UPDATE tally SET n = n - 1 WHERE state = OLD.state AND adopted = OLD.adopted;
    UPDATE proven_days SET n = n - 1 WHERE day = DATE(SUBSTR(OLD.proven_at, 1, 19), '-5 hours');
 END;
CREATE TRIGGER tally_moved AFTER UPDATE OF state, adopted, proven_at ON documents WHEN OLD.state IS NOT NEW.state OR OLD.adopted IS NOT NEW.adopted OR OLD.proven_at IS NOT NEW.proven_at BEGIN 
    UPDATE tally SET n = n - 1 WHERE state = OLD.state AND adopted = OLD.adopted;
    UPDATE proven_days SET n = n - 1 WHERE day = DATE(SUBSTR(OLD.proven_at, 1, 19), '-5 hours');
 
    INSERT INTO tally (state, adopted, n) VALUES (NEW.state, NEW.adopted, 1)
    ON CONFLICT (state, adopted) DO UPDATE SET n = n + 1;
    INSERT INTO proven_days (day, n) SELECT DATE(SUBSTR(NEW.proven_at, 1, 19), '-5 hours'), 1 WHERE NEW.proven_at IS NOT NULL
    ON CONFLICT (day) DO UPDATE SET n = n + 1;
 END;
COMMIT;
